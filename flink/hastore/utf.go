package hastore

import "unicode/utf16"

// modifiedUTF8 reads the encoding in which Java writes strings: characters above
// U+FFFF are two surrogates of three bytes each, and zero is two bytes.
func modifiedUTF8(b []byte) (string, bool) {
	units := make([]uint16, 0, len(b))
	for i := 0; i < len(b); {
		c := b[i]
		switch {
		case c < 0x80 && c != 0:
			units = append(units, uint16(c))
			i++
		case c>>5 == 0b110 && continues(b, i+1, 1):
			units = append(units, uint16(c&0x1f)<<6|uint16(b[i+1]&0x3f))
			i += 2
		case c>>4 == 0b1110 && continues(b, i+1, 2):
			units = append(units, uint16(c&0x0f)<<12|uint16(b[i+1]&0x3f)<<6|uint16(b[i+2]&0x3f))
			i += 3
		default:
			return "", false
		}
	}
	return string(utf16.Decode(units)), true
}

// continues says whether b has n continuation bytes from i on.
func continues(b []byte, i, n int) bool {
	if len(b)-i < n {
		return false
	}
	for _, c := range b[i : i+n] {
		if c>>6 != 0b10 {
			return false
		}
	}
	return true
}
