package wire

import "strconv"

// Code is the kind of a request or a transaction (ZooDefs.OpCode).
type Code int32

// The codes that this package reads.
const (
	Notification    Code = 0
	Create          Code = 1
	Delete          Code = 2
	Exists          Code = 3
	GetData         Code = 4
	SetData         Code = 5
	GetACL          Code = 6
	SetACL          Code = 7
	GetChildren     Code = 8
	Sync            Code = 9
	Ping            Code = 11
	GetChildren2    Code = 12
	Check           Code = 13
	Multi           Code = 14
	Create2         Code = 15
	Reconfig        Code = 16
	RemoveWatches   Code = 18
	CreateContainer Code = 19
	DeleteContainer Code = 20
	CreateTTL       Code = 21
	MultiRead       Code = 22
	Auth            Code = 100
	SetWatches      Code = 101
	SASL            Code = 102
	SetWatches2     Code = 105
	AddWatch        Code = 106
	CreateSession   Code = -10
	CloseSession    Code = -11
	Error           Code = -1
)

var codeNames = map[Code]string{
	Notification: "notification", Create: "create", Delete: "delete", Exists: "exists", GetData: "getData", SetData: "setData",
	GetACL: "getACL", SetACL: "setACL", GetChildren: "getChildren", Sync: "sync", Ping: "ping", GetChildren2: "getChildren2",
	Check: "check", Multi: "multi", Create2: "create2", Reconfig: "reconfig", RemoveWatches: "removeWatches",
	CreateContainer: "createContainer", DeleteContainer: "deleteContainer", CreateTTL: "createTTL", MultiRead: "multiRead",
	Auth: "auth", SetWatches: "setWatches", SASL: "sasl", SetWatches2: "setWatches2", AddWatch: "addWatch",
	CreateSession: "createSession", CloseSession: "closeSession", Error: "error",
}

// String is ZooKeeper's own name of the code.
func (c Code) String() string {
	if s, ok := codeNames[c]; ok {
		return s
	}
	return "code" + strconv.Itoa(int(c))
}

// xidWatch is the xid of what a server says unasked (ClientCnxn). Other negative
// ones are those of pings, passwords and watches that are set anew.
const xidWatch = -1
