package flink

import (
	"encoding/binary"
	"errors"
	"testing"
)

// length is a field of protocol buffers with a length.
func length(number byte, b []byte) []byte {
	return append([]byte{number<<3 | wireBytes, byte(len(b))}, b...)
}

// handshake is what a process that advertises port says first.
func handshake(port uint64) []byte {
	address := append(length(1, []byte("flink")), length(2, []byte("127.0.0.1"))...)
	address = binary.AppendUvarint(append(address, 3<<3|wireVarint), port)
	address = append(address, length(4, []byte("pekko.tcp"))...)
	info := append(length(1, address), 2<<3|wireFixed8, 1, 2, 3, 4, 5, 6, 7, 8)
	message := length(2, append([]byte{1<<3 | wireVarint, 1}, length(2, info)...))
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(message))), message...)
}

func TestOriginPort(t *testing.T) {
	said := handshake(40873)
	if port, whole, err := originPort(append(said, "and more"...)); port != 40873 || !whole || err != nil {
		t.Fatalf("port %d, whole %t, %v; want 40873", port, whole, err)
	}
	for n := range said {
		if _, whole, err := originPort(said[:n]); whole || err != nil {
			t.Errorf("%d of %d bytes: whole %t, %v; want to be asked for more", n, len(said), whole, err)
		}
	}
	for name, b := range map[string][]byte{
		"HTTP":         []byte("GET / HTTP/1.1\r\n\r\n"),
		"nothing":      {0, 0, 0, 0},
		"no message":   {0, 0, 0, 2, 8, 1},
		"port 0":       handshake(0),
		"port 70000":   handshake(70000),
		"a cut length": {0, 0, 0, 2, 2<<3 | wireBytes, 200},
	} {
		if _, whole, err := originPort(b); whole || !errors.Is(err, errNoHandshake) {
			t.Errorf("%s: whole %t, %v; want %v", name, whole, err, errNoHandshake)
		}
	}
}

func FuzzOriginPort(f *testing.F) {
	f.Add(handshake(6123))
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Add([]byte{0, 0, 0, 3, 18, 1, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		port, whole, err := originPort(b)
		if whole && (err != nil || port < 1 || port > 65535) {
			t.Fatalf("port %d, whole, %v", port, err)
		}
		if more, again, _ := originPort(append(b[:len(b):len(b)], 0)); whole && (more != port || !again) {
			t.Fatalf("port %d, and with another byte %d", port, more)
		}
	})
}
