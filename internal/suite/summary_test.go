package main

import (
	"strings"
	"testing"
)

const events = `{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestGood"}
{"Action":"output","Package":"p","Test":"TestGood","Output":"quiet\n"}
{"Action":"pass","Package":"p","Test":"TestGood"}
{"Action":"output","Package":"p","Test":"TestOpen","Output":"    x_test.go:5: open bug: flink-x (lost), in seed 1\n"}
{"Action":"pass","Package":"p","Test":"TestOpen"}
{"Action":"output","Package":"p","Test":"TestBad","Output":"    x_test.go:7: loud\n"}
{"Action":"fail","Package":"p","Test":"TestBad"}
{"Action":"output","Package":"p","Test":"TestGone/local","Output":"    x_test.go:9: not ready: no Java: install it\n"}
{"Action":"output","Package":"p","Test":"TestGone/local","Output":"    --- SKIP: TestGone/local (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestGone/local"}
{"Action":"output","Package":"p","Test":"TestOld","Output":"    x_test.go:11: only on the moon\n"}
{"Action":"skip","Package":"p","Test":"TestOld"}
{"Action":"output","Package":"p","Test":"TestMute","Output":"    x_test.go:12: \n"}
{"Action":"skip","Package":"p","Test":"TestMute"}
{"Action":"skip","Package":"p","Test":"FuzzX/seed#1"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"skip","Package":"q"}
no event at all
`

func TestSummary(t *testing.T) {
	var b strings.Builder
	s := newSummary(&b)
	if err := s.read(strings.NewReader(events)); err != nil {
		t.Fatal(err)
	}
	if !s.end(false) {
		t.Error("the end is bad though no part failed")
	}
	if s.end(true) {
		t.Error("the end is well though something was left out that was required")
	}
	for _, want := range []string{
		"loud", "FAIL\tp", "no event at all", "left out, 1 tests: no Java: install it\n\tp.TestGone/local\n", "left out, 1 tests: only on the moon\n",
		"open bug shown, and another run made in its place: flink-x (lost), in seed 1\n\tp.TestOpen\n",
		"left out, 1 tests: no reason given\n\tp.TestMute\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "FuzzX") {
		t.Error("an input that a fuzz target has no use for counts as left out")
	}
	if strings.Contains(b.String(), "quiet") {
		t.Error("the output of a test that passed is shown")
	}
}
