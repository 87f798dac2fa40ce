package wire

import (
	"encoding/binary"
	"hash/adler32"
)

// record writes jute, for tests: the harness itself never speaks.
type record []byte

func (r record) int(v int32) record   { return binary.BigEndian.AppendUint32(r, uint32(v)) }
func (r record) long(v int64) record  { return binary.BigEndian.AppendUint64(r, uint64(v)) }
func (r record) text(s string) record { return append(r.int(int32(len(s))), s...) }

func (r record) bool(v bool) record {
	if v {
		return append(r, 1)
	}
	return append(r, 0)
}

// acl is the usual one: anybody may do anything.
func (r record) acl() record { return r.int(1).int(31).text("world").text("anyone") }

func (r record) stat(s Stat) record {
	return r.long(s.Czxid).long(s.Mzxid).long(1).long(2).int(s.Version).int(s.Cversion).int(s.Aversion).
		long(s.Owner).int(s.Length).int(s.Children).long(s.Pzxid)
}

// frame puts the length before it.
func (r record) frame() []byte { return append(record{}.int(int32(len(r))), r...) }

func connect(session int64) record {
	return record{}.int(0).long(7).int(4000).long(session).text("0123456789abcdef").bool(false)
}

func accept(session int64) record {
	return record{}.int(0).int(4000).long(session).text("0123456789abcdef").bool(false)
}

func ask(xid int32, code Code) record { return record{}.int(xid).int(int32(code)) }

func answer(xid int32, zxid int64, err int32) record { return record{}.int(xid).long(zxid).int(err) }

// part begins a part of a multi, or with Error ends it.
func (r record) part(code Code, last bool) record { return r.int(int32(code)).bool(last).int(-1) }

// written is a record as it stands in a log.
func (r record) written() []byte {
	b := record{}.long(int64(adler32.Checksum(r))).int(int32(len(r)))
	return append(append(b, r...), endOfRecord)
}

func transaction(session int64, cxid int32, zxid int64, code Code) record {
	return record{}.long(session).int(cxid).long(zxid).long(1700000000000).int(int32(code))
}

func logHead() []byte { return record{}.int(logMagic).int(2).long(0) }
