package proxy

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/schismlab/schism/cluster/internal/link"
)

const (
	// pieceSize is the most that is read in one go, in bytes, and queued the
	// number of pieces that may be under way on one direction.
	pieceSize = 32 << 10
	queued    = 64
)

// direction carries what one end of a connection sends to the other one: a
// reader stamps each piece with the moment it is due, a writer waits for it.
type direction struct {
	c        *carried
	link     *link.Link
	filter   Filter
	src, dst *net.TCPConn
	other    *direction
	queue    chan piece
	ended    chan struct{} // the source's stream has come to an end
	broken   chan struct{} // ... not in order
	written  chan struct{} // the end has been passed on
	due      time.Time     // of the last piece
}

// piece is some bytes, or the end of the stream.
type piece struct {
	b    []byte
	due  time.Time
	last bool
	// err is why the last piece is the last, nil for an orderly end.
	err error
}

func (c *carried) direction(from, to int, src *net.TCPConn) *direction {
	return &direction{
		c: c, link: c.m.links[[2]int{from, to}], filter: c.m.filter(c.Conn, from), src: src,
		queue: make(chan piece, queued),
		ended: make(chan struct{}), broken: make(chan struct{}), written: make(chan struct{}),
	}
}

// read goes on until the source's stream ends.
func (d *direction) read() {
	buf := make([]byte, pieceSize)
	for {
		n, err := d.src.Read(buf)
		var b []byte
		if n > 0 {
			var unfit error
			if b, unfit = d.filter.Pass(buf[:n]); unfit != nil {
				d.c.m.report(fmt.Errorf("%s connection from server %d to server %d: %w",
					d.c.Port, d.c.Dialler, d.c.Acceptor, unfit))
				err = unfit
			}
		}
		if errors.Is(err, io.EOF) {
			b = append(b, d.filter.End()...)
		}
		if len(b) > 0 && !d.put(piece{b: append([]byte(nil), b...)}) {
			return
		}
		if err != nil {
			d.end(err)
			return
		}
	}
}

func (d *direction) end(err error) {
	if errors.Is(err, io.EOF) {
		err = nil
	} else {
		close(d.broken)
	}
	close(d.ended)
	d.put(piece{last: true, err: err})
}

func (d *direction) put(p piece) bool {
	// Never before its predecessor, whatever the link has become meanwhile.
	if due := time.Now().Add(d.link.Wait(len(p.b))); due.After(d.due) {
		d.due = due
	}
	p.due = d.due
	select {
	case d.queue <- p:
		return true
	case <-d.c.done:
		return false
	}
}

// write goes on until the end has been passed on or the connection is reset.
func (d *direction) write() {
	defer close(d.written)
	for {
		var p piece
		select {
		case p = <-d.queue:
		case <-d.c.done:
			return
		}
		if !link.Await(p.due, d.c.done) {
			return
		}
		if p.last {
			d.passEnd(p.err)
			return
		}
		if err := d.pass(p.b); err != nil {
			d.receiverGone()
			return
		}
	}
}

// pass hands bytes to the receiver's kernel. A cut in the middle interrupts the
// write, and the rest goes on when it heals.
func (d *direction) pass(b []byte) error {
	for len(b) > 0 {
		if !d.link.Enter(d.dst, d.c.done) {
			return net.ErrClosed
		}
		n, err := d.dst.Write(b)
		d.link.Leave(d.dst, n)
		b = b[n:]
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
	return nil
}

// passEnd tells the receiver that the stream has ended. A source that broke off
// is gone for both directions.
func (d *direction) passEnd(err error) {
	if !d.link.Enter(d.dst, d.c.done) {
		return
	}
	defer d.link.Leave(d.dst, 0)
	if err != nil {
		d.c.reset()
		return
	}
	// If it fails the receiver is gone too, and its own stream says so.
	_ = d.dst.CloseWrite()
}

// receiverGone handles a receiver that takes no more bytes. The source learns
// of it as over a network: behind all that the receiver had sent before, and
// only once that direction is not cut.
func (d *direction) receiverGone() {
	select {
	case <-d.other.written:
	case <-d.c.done:
		return
	}
	if d.other.link.Enter(d.src, d.c.done) {
		d.other.link.Leave(d.src, 0)
		d.c.reset()
	}
}
