package settings

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf16"
)

// errUnknownEncoding means that the encoding of a file cannot be determined. It is a phrase to
// follow the file's name.
var errUnknownEncoding = errors.New("is not UTF-8 text, but looks like UTF-16 without a byte order mark: save it as " +
	"UTF-8")

// decodeText converts a text file to UTF-8. It accepts a byte order mark, which Windows writes, and
// UTF-16 with one, which PowerShell's > writes. UTF-16 without a mark is errUnknownEncoding; other
// bytes are left unchanged.
func decodeText(data []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return data[3:], nil
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return decodeUTF16(data[2:], binary.LittleEndian), nil
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return decodeUTF16(data[2:], binary.BigEndian), nil
	case bytes.IndexByte(data, 0) >= 0:
		return nil, errUnknownEncoding
	}
	return data, nil
}

func decodeUTF16(data []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}
