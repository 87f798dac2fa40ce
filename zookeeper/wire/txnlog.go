package wire

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"io"
)

// Transaction is a record of a server's log, as its leader had prepared it.
type Transaction struct {
	Zxid    int64
	Session int64 // whose request it was
	Cxid    int32 // the xid of that request
	Code    Code  // Error if the request was refused
	Path    string
	Data    string
	Version int32 // after a set
	Err     int32 // of an Error
	// Ephemeral: a create of a znode that lives with Session.
	Ephemeral bool
	// Parts are those of a multi; they have no zxid of their own.
	Parts []Transaction
	// Gone are the ephemeral znodes that went with a closed session, as far as
	// the release writes them (3.6 and later).
	Gone []string
	// Sum is the checksum of the record, the same in every server's log.
	Sum uint32
}

const logMagic = 0x5a4b4c47 // "ZKLG"

// endOfRecord comes after every record that was written whole (FileTxnLog.EOR).
const endOfRecord = 'B'

// ReadLog reads a file of transactions and calls each with every record, in
// order. The log ends where a record is missing or torn, as after a crash: that
// is no error. It fails when the file is no log, when a record that is whole by
// its checksum is not understood, and with the first error of each and of r.
func ReadLog(r io.Reader, each func(*Transaction) error) error {
	in := bufio.NewReader(r)
	var head [16]byte
	switch _, err := io.ReadFull(in, head[:]); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil // made, and not yet written
	case err != nil:
		return err
	}
	if m := binary.BigEndian.Uint32(head[:]); m != logMagic && m != 0 {
		return fmt.Errorf("it begins with %#x: want %#x, the mark of a transaction log", m, logMagic)
	}
	for {
		body, sum, err := nextRecord(in)
		if body == nil || err != nil {
			return err
		}
		t, err := readTransaction(body)
		if err != nil {
			return fmt.Errorf("a record that is whole is not understood: %w", err)
		}
		t.Sum = sum
		if err := each(&t); err != nil {
			return err
		}
	}
}

// nextRecord is nil at the end of the log.
func nextRecord(in *bufio.Reader) (body []byte, sum uint32, err error) {
	var head [12]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, 0, ended(err)
	}
	sum = uint32(binary.BigEndian.Uint64(head[:]))
	n := int32(binary.BigEndian.Uint32(head[8:]))
	if n <= 0 || n > MaxFrame {
		return nil, 0, nil // what follows was allocated ahead
	}
	body = make([]byte, n+1)
	if _, err := io.ReadFull(in, body); err != nil {
		return nil, 0, ended(err)
	}
	body, end := body[:n], body[n]
	if end != endOfRecord || adler32.Checksum(body) != sum {
		return nil, 0, nil
	}
	return body, sum, nil
}

// ended makes the end of the file what it is: the end of the log.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

func readTransaction(body []byte) (Transaction, error) {
	d := NewDecoder(body)
	t := Transaction{Session: d.Long(), Cxid: d.Int(), Zxid: d.Long()}
	d.Long() // time
	t.Code = Code(d.Int())
	t.record(d)
	return t, d.Err() // a digest of the tree may follow
}

// record reads what the code says. A part of a multi is a record, too.
func (t *Transaction) record(d *Decoder) {
	switch t.Code {
	case Create, Create2, CreateContainer, CreateTTL:
		t.Path, t.Data = d.String(), d.String()
		acls(d)
		if t.Code == Create || t.Code == Create2 {
			t.Ephemeral = d.Bool()
		}
	case Delete, DeleteContainer:
		t.Path = d.String()
	case SetData, Reconfig:
		t.Path, t.Data, t.Version = d.String(), d.String(), d.Int()
	case Check:
		t.Path, t.Version = d.String(), d.Int()
	case SetACL:
		t.Path = d.String()
	case CloseSession:
		if d.Left() >= 4 {
			t.Gone = d.Strings()
		}
	case Error:
		t.Err = d.Int()
	case Multi:
		t.multi(d)
	}
}

func (t *Transaction) multi(d *Decoder) {
	for range d.Vector(8) {
		p := Transaction{Code: Code(d.Int())}
		part := NewDecoder([]byte(d.String()))
		if p.Code == Multi {
			d.fail("a multi within a multi")
			return
		}
		if p.record(part); part.Err() != nil && d.Err() == nil {
			d.fail("a %v within a multi: %v", p.Code, part.Err())
		}
		t.Parts = append(t.Parts, p)
	}
}
