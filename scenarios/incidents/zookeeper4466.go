package incidents

var zookeeper4466 = &Incident{
	Name:  "zookeeper-4466",
	Title: "a watch that fires once ends one that stays",
	Story: "A client has a watch on /r that is to stay, as a cache has, and reads /r with a watch that fires once, as the same client's " +
		"application does. The server keeps one mode for a path and a client, so the second takes the place of the first. It tells of " +
		"the next change and is gone; of the one after that the cache never hears, and shows an old value for good.",
	Signature: "watches-missed /r", Affected: "zk-3.8.6", Fixed: "zk-3.9.3", FixedIn: "3.9.0", Release: "3.8.6", FixedRelease: "3.9.3",
	script: `setup
	+0s create /r "0"
client c1 n1
	+0s addWatch /r
	+10ms get /r watch
	+2s get /r
client c2 n2
	+500ms set /r "1" any
	+500ms set /r "2" any
	+2s sync /r
steps
	at 4s await leader within 10s
`,
}
