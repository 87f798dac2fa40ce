package proxy

// open is the Filter that lets all bytes pass.
type open struct{}

func (open) Pass(b []byte) ([]byte, error) { return b, nil }
func (open) End() []byte                   { return nil }

// chain is the Filter of two in a row. The mesh's own stands first, so that the
// user's sees what the receiver will see.
type chain struct{ first, second Filter }

func (f chain) Pass(b []byte) ([]byte, error) {
	b, err := f.first.Pass(b)
	if err != nil || len(b) == 0 {
		return nil, err
	}
	return f.second.Pass(b)
}

func (f chain) End() []byte {
	var b []byte
	if rest := f.first.End(); len(rest) > 0 {
		// The stream ends anyway: an error has nothing left to stop.
		b, _ = f.second.Pass(rest)
	}
	return append(b, f.second.End()...)
}

// filter makes the filter for what server from sends on a connection.
func (m *Mesh) filter(c Conn, from int) Filter {
	var own Filter = open{}
	if c.Port == Election && from == c.Dialler {
		own = &introducer{number: from, address: m.Addr(c.Acceptor, c.Dialler, Election).String()}
	}
	if m.o.Filter == nil {
		return own
	}
	users := m.o.Filter(c, from)
	if users == nil {
		return own
	}
	return chain{own, users}
}
