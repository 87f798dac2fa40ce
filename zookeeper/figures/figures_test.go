package figures

import "testing"

func TestSampleThroughText(t *testing.T) {
	s := Sample{At: 1250, State: "leader", Zxid: 1<<32 + 7, Outstanding: 2, Connections: 5, Watches: 9, Znodes: 40, Lines: 3, Warnings: 1}
	if got, err := Parse(s.String()); err != nil || got != s {
		t.Errorf("%v comes back as %v, %v", s, got, err)
	}
	for _, text := range []string{"", "c1.7", s.String() + " ", "at=-1" + s.String()[len("at=1250"):]} {
		if got, err := Parse(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Sample{At: 3, State: Gone}.String())
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := Parse(text); err == nil && s.String() != text {
			t.Fatalf("%q is %v", text, s)
		}
	})
}

// An alert is raised once, by a window in which no sample serves, and cleared once.
func TestAlerts(t *testing.T) {
	was := ""
	for i, w := range []struct {
		states []string
		want   string
	}{
		{[]string{"leader"}, ""},
		{[]string{"leader", Idle}, ""},
		{[]string{Idle, Gone}, Raised},
		{[]string{Gone}, ""},
		{[]string{Gone, "follower"}, Cleared},
		{[]string{"follower"}, ""},
		{[]string{Idle}, Raised},
	} {
		var sum Sum
		for _, state := range w.states {
			sum.Add(Sample{State: state})
		}
		got := sum.Alert(was)
		if got != w.want {
			t.Errorf("window %d, %v: alert %q, want %q", i, w.states, got, w.want)
		}
		if got != "" {
			was = got
		}
	}
}

func TestMntr(t *testing.T) {
	got := Mntr(9, "zk_version\t3.9.5\nzk_server_state\tfollower\nzk_outstanding_requests\t4\nzk_num_alive_connections\t2\nzk_watch_count\t3\nzk_znode_count\t50\n")
	if want := (Sample{At: 9, State: "follower", Outstanding: 4, Connections: 2, Watches: 3, Znodes: 50}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := Mntr(9, "This ZooKeeper instance is not currently serving requests\n"); got != (Sample{At: 9, State: Idle}) {
		t.Errorf("a server that does not serve is %+v", got)
	}
}
