package wire

import "fmt"

// Exchange is a request with its reply.
type Exchange struct {
	Request Request
	Reply   Reply
}

// Conversation follows one client connection from its first byte. Its callbacks
// are told in the order in which their last byte passes; any of them may be nil.
type Conversation struct {
	// Connected tells of a session that was given, or given again.
	Connected func(Connect, Accept)
	// Asked tells of a request on its way, Answered of its reply. What has a
	// negative xid is no call, and not told.
	Asked    func(*Request)
	Answered func(*Exchange)
	// Fired tells of a watch event.
	Fired func(Event)

	asked, answered Splitter
	connect         *Connect // of the client, once it has come
	accepted        bool
	open            []Request // without a reply, in order
	broken          error
}

// Broken says what could not be understood, nil if all was.
func (c *Conversation) Broken() error { return c.broken }

// FromClient takes the next bytes that the client has written.
func (c *Conversation) FromClient(b []byte) { c.feed(&c.asked, b, c.request, "client") }

// FromServer takes the next bytes that the server has written.
func (c *Conversation) FromServer(b []byte) { c.feed(&c.answered, b, c.reply, "server") }

func (c *Conversation) feed(s *Splitter, b []byte, frame func([]byte) error, who string) {
	if c.broken != nil {
		return
	}
	if err := s.Feed(b, frame); err != nil {
		c.broken = fmt.Errorf("the %s's frame is not understood: %w", who, err)
	}
}

func (c *Conversation) request(frame []byte) error {
	if c.connect == nil {
		hello, err := ReadConnect(frame)
		c.connect = &hello
		return err
	}
	r, err := ReadRequest(frame)
	if err != nil {
		return err
	}
	if r.Xid < 0 {
		return nil // a ping, a password, watches set anew: no calls, and not answered in turn
	}
	c.open = append(c.open, r)
	if c.Asked != nil {
		c.Asked(&r)
	}
	return nil
}

func (c *Conversation) reply(frame []byte) error {
	if !c.accepted {
		return c.accept(frame)
	}
	h, err := ReadHeader(frame)
	if err != nil {
		return err
	}
	switch {
	case h.Xid == xidWatch:
		e, err := ReadEvent(frame)
		if err == nil && c.Fired != nil {
			c.Fired(e)
		}
		return err
	case h.Xid < 0:
		return nil
	}
	if len(c.open) == 0 || c.open[0].Xid != h.Xid {
		return fmt.Errorf("an answer with xid %d, while %s", h.Xid, c.waiting())
	}
	x := Exchange{Request: c.open[0]}
	c.open = append(c.open[:0], c.open[1:]...)
	if x.Reply, err = ReadReply(frame, x.Request.Code); err == nil && c.Answered != nil {
		c.Answered(&x)
	}
	return err
}

func (c *Conversation) accept(frame []byte) error {
	a, err := ReadAccept(frame)
	if err != nil {
		return err
	}
	if c.connect == nil {
		return fmt.Errorf("an answer before the client has said anything")
	}
	c.accepted = true
	if c.Connected != nil {
		c.Connected(*c.connect, a)
	}
	return nil
}

func (c *Conversation) waiting() string {
	if len(c.open) == 0 {
		return "no request waits for one"
	}
	return fmt.Sprintf("the first that waits is xid %d, %v", c.open[0].Xid, c.open[0].Code)
}
