package wire

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var logged = []struct {
	bytes []byte
	want  Transaction
}{
	{transaction(5, 0, 0x100000001, CreateSession).int(4000).written(), Transaction{Session: 5, Zxid: 0x100000001, Code: CreateSession}},
	{
		transaction(5, 1, 0x100000002, Create).text("/a").text("x").acl().bool(true).int(1).written(),
		Transaction{Session: 5, Cxid: 1, Zxid: 0x100000002, Code: Create, Path: "/a", Data: "x", Ephemeral: true},
	},
	{
		transaction(5, 2, 0x100000003, SetData).text("/a").text("y").int(1).int(2).long(99).written(), // with a digest
		Transaction{Session: 5, Cxid: 2, Zxid: 0x100000003, Code: SetData, Path: "/a", Data: "y", Version: 1},
	},
	{transaction(5, 3, 0x100000004, Error).int(-101).written(), Transaction{Session: 5, Cxid: 3, Zxid: 0x100000004, Code: Error, Err: -101}},
	{
		transaction(5, 4, 0x100000005, Multi).int(2).
			int(int32(Delete)).text(string(record{}.text("/b"))).int(int32(Error)).text(string(record{}.int(-2))).written(),
		Transaction{Session: 5, Cxid: 4, Zxid: 0x100000005, Code: Multi, Parts: []Transaction{{Code: Delete, Path: "/b"}, {Code: Error, Err: -2}}},
	},
	{
		transaction(5, 5, 0x100000006, CloseSession).int(1).text("/a").written(),
		Transaction{Session: 5, Cxid: 5, Zxid: 0x100000006, Code: CloseSession, Gone: []string{"/a"}},
	},
}

// file is a log with the first n records.
func file(n int) []byte {
	b := logHead()
	for _, l := range logged[:n] {
		b = append(b, l.bytes...)
	}
	return b
}

func read(b []byte) (ts []Transaction, err error) {
	err = ReadLog(bytes.NewReader(b), func(t *Transaction) error {
		ts = append(ts, *t)
		return nil
	})
	return ts, err
}

// TestLogEnds: a log ends with its last whole record, wherever a crash has cut
// it, and whatever was allocated ahead.
func TestLogEnds(t *testing.T) {
	all := file(len(logged))
	ends := []int{}
	for n := range len(logged) + 1 {
		ends = append(ends, len(file(n)))
	}
	for cut := range len(all) + 1 {
		whole := 0
		for n, end := range ends {
			if cut >= end {
				whole = n
			}
		}
		for _, tail := range [][]byte{nil, make([]byte, 200)} {
			b := append(slices.Clone(all[:cut]), tail...)
			if cut < 16 && tail != nil {
				continue // a head that was torn and then written over is no log
			}
			got, err := read(b)
			if err != nil || len(got) != whole {
				t.Fatalf("cut at %d with %d bytes after: %d records, %v; want %d", cut, len(tail), len(got), err, whole)
			}
		}
	}
}

func TestLogRecords(t *testing.T) {
	got, err := read(file(len(logged)))
	if err != nil || len(got) != len(logged) {
		t.Fatalf("%d records, %v", len(got), err)
	}
	for i := range got {
		if got[i].Sum == 0 {
			t.Errorf("record %d has no sum", i)
		}
		got[i].Sum = 0
		if !reflect.DeepEqual(got[i], logged[i].want) {
			t.Errorf("record %d is %+v, want %+v", i, got[i], logged[i].want)
		}
	}
}

func TestLogErrors(t *testing.T) {
	for _, c := range []struct {
		name, want string
		bytes      []byte
	}{
		{"no log", "want 0x5a4b4c47", []byte("#!/bin/sh\necho this is something else\n")},
		{"whole and not understood", "not understood: byte 36: a string of 9 bytes", append(logHead(), transaction(1, 1, 1, Delete).int(9).written()...)},
		{"multi within a multi", "a multi within a multi", append(logHead(), transaction(1, 1, 1, Multi).int(1).int(int32(Multi)).text("").written()...)},
	} {
		if _, err := read(c.bytes); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	stop := fmt.Errorf("enough")
	if err := ReadLog(bytes.NewReader(file(2)), func(*Transaction) error { return stop }); err != stop {
		t.Errorf("%v, want the caller's error", err)
	}
}

// TestLogRefusesRot: a record that was changed on the disk ends the log.
func TestLogRefusesRot(t *testing.T) {
	b := file(3)
	b[len(file(1))+20] ^= 1
	if got, err := read(b); err != nil || len(got) != 1 {
		t.Errorf("%d records, %v; want the one before", len(got), err)
	}
}

func FuzzReadLog(f *testing.F) {
	for n := range len(logged) + 1 {
		f.Add(file(n))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		first, err := read(b)
		again, errAgain := read(b)
		if !reflect.DeepEqual(first, again) || (err == nil) != (errAgain == nil) {
			t.Errorf("%v %v, then %v %v", first, err, again, errAgain)
		}
	})
}
