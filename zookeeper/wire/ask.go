package wire

import "encoding/binary"

// The xid of a client that asks for its watches again (ClientCnxn): the answer to
// it answers no call.
const xidSetWatches = -8

// WatcherAny is the Flags of a RemoveWatches that means watches of whatever kind
// (Watcher.WatcherType).
const WatcherAny = 3

// AppendAddWatch appends to b a frame that leaves a watch which stays: on a znode
// and its children, or, recursive, on a znode and all below it.
func AppendAddWatch(b []byte, xid int32, path string, recursive bool) []byte {
	return appendFrame(b, xid, AddWatch, func(b []byte) []byte {
		return binary.BigEndian.AppendUint32(appendText(b, path), uint32(addWatchMode(recursive)))
	})
}

// AppendRemoveWatches appends to b a frame that takes away all watches on a znode,
// of whatever kind (WatcherType.Any).
func AppendRemoveWatches(b []byte, xid int32, path string) []byte {
	return appendFrame(b, xid, RemoveWatches, func(b []byte) []byte {
		return binary.BigEndian.AppendUint32(appendText(b, path), WatcherAny)
	})
}

// AppendSetWatches appends to b a frame that asks for watches again which stay, on
// a new connection (SetWatches2). It has no xid of a call: the answer to it is not
// told.
func AppendSetWatches(b []byte, persistent, recursive []string) []byte {
	return appendFrame(b, xidSetWatches, SetWatches2, func(b []byte) []byte {
		b = binary.BigEndian.AppendUint64(b, 0) // of those that fire once alone it matters what was seen
		for _, paths := range [][]string{nil, nil, nil, persistent, recursive} {
			b = binary.BigEndian.AppendUint32(b, uint32(len(paths)))
			for _, p := range paths {
				b = appendText(b, p)
			}
		}
		return b
	})
}

func addWatchMode(recursive bool) int32 {
	if recursive {
		return 1
	}
	return 0
}

func appendText(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
}

// appendFrame puts the length before a request.
func appendFrame(b []byte, xid int32, code Code, body func([]byte) []byte) []byte {
	at := len(b)
	b = append(b, 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(xid))
	b = body(binary.BigEndian.AppendUint32(b, uint32(code)))
	binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}
