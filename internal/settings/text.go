package settings

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf16"
)

// errUnknownEncoding says that a file is in an encoding that cannot be known. It follows on from the file's name.
var errUnknownEncoding = errors.New("is not UTF-8 text, but looks like UTF-16 without its mark: save it as UTF-8")

// decodeText is a text file as UTF-8. Windows begins files with a byte order mark, and PowerShell's > writes UTF-16: both are
// read. UTF-16 without a mark is errNoText; other bytes stay as they are.
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
