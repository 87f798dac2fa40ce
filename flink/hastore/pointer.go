package hastore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
)

// Pointer is what a znode of the state-handle store says: not the state, but
// where it lies.
type Pointer struct {
	// Class is the Java class of the handle.
	Class string
	// URI is where the state lies, "" if the handle does not show that.
	URI string
	// Size is the state's size in bytes, -1 if the handle does not show it.
	Size int64
}

// File is the state's path on this machine, if it is a file there.
func (p Pointer) File() (path string, ok bool) {
	u, err := url.Parse(p.URI)
	if err != nil || u.Scheme != "file" || u.Host != "" || u.Path == "" {
		return "", false
	}
	return u.Path, true
}

// DecodePointer reads the data of a pointer: a serialized RetrievableStateHandle,
// which has a FileStateHandle in it, which has a path, which is a java.net.URI.
func DecodePointer(data []byte) (Pointer, error) {
	contents, err := decode(data)
	if err != nil {
		return Pointer{}, fmt.Errorf("state handle: %w", err)
	}
	if len(contents) != 1 {
		return Pointer{}, fmt.Errorf("state handle: %d parts, want one object", len(contents))
	}
	handle, ok := contents[0].(*object)
	if !ok || handle == nil {
		return Pointer{}, errors.New("state handle: not an object")
	}
	p := Pointer{Class: handle.class, Size: -1}
	if uri := find(handle, "java.net.URI"); uri != nil {
		p.URI, _ = uri.lookup("string").(string)
	}
	if file := find(handle, "org.apache.flink.runtime.state.filesystem.FileStateHandle"); file != nil {
		if size, ok := file.lookup("stateSize").(int64); ok {
			p.Size = size
		}
	}
	return p, nil
}

// DecodeCounter reads the counter of a job's checkpoints: the id of the next
// one. It is written by Curator's SharedCount, 4 bytes, most significant first.
func DecodeCounter(data []byte) (int64, error) {
	if len(data) != 4 {
		return 0, fmt.Errorf("checkpoint counter: %d bytes, want 4", len(data))
	}
	return int64(int32(binary.BigEndian.Uint32(data))), nil
}
