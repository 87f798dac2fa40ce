package wire

import "encoding/binary"

// AppendCheck appends to b a frame that asks, outside of a multi, whether a znode
// has a version, -1 for any. Servers read it and client libraries do not write it
// (ZOOKEEPER-2623), so it is the one request that this package writes.
func AppendCheck(b []byte, xid int32, path string, version int32) []byte {
	const header, lengthOfPath, lengthOfVersion = 8, 4, 4
	b = binary.BigEndian.AppendUint32(b, uint32(header+lengthOfPath+len(path)+lengthOfVersion))
	b = binary.BigEndian.AppendUint32(b, uint32(xid))
	b = binary.BigEndian.AppendUint32(b, uint32(Check))
	b = binary.BigEndian.AppendUint32(b, uint32(len(path)))
	b = append(b, path...)
	return binary.BigEndian.AppendUint32(b, uint32(version))
}
