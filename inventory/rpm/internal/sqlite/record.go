package sqlite

import (
	"errors"
	"fmt"
)

// value is one column of a row.
type value struct {
	serial uint64 // serial type: what it is and how long
	data   []byte
}

// column finds one column in a row's payload: a header with the serial types of
// all columns, then their contents.
func column(row []byte, i int) (value, error) {
	size, n := varint(row)
	if n == 0 || size < uint64(n) || size > uint64(len(row)) {
		return value{}, errors.New("row header does not fit the row")
	}
	types, body := row[n:size], row[size:]
	for at := 0; ; at++ {
		serial, n := varint(types)
		if n == 0 {
			return value{}, fmt.Errorf("row has %d columns, column %d is asked for", at, i)
		}
		types = types[n:]
		length, err := serialLength(serial)
		if err != nil {
			return value{}, err
		}
		if length > uint64(len(body)) {
			return value{}, fmt.Errorf("column %d of %d bytes does not fit the row", at, length)
		}
		if at == i {
			return value{serial, body[:length]}, nil
		}
		body = body[length:]
	}
}

// serialLength gives how many bytes a value of a serial type takes.
func serialLength(serial uint64) (uint64, error) {
	switch {
	case serial <= 4:
		return serial, nil
	case serial == 5:
		return 6, nil
	case serial == 6, serial == 7:
		return 8, nil
	case serial == 8, serial == 9:
		return 0, nil
	case serial >= 12:
		return (serial - 12) / 2, nil
	}
	return 0, fmt.Errorf("serial type %d is reserved", serial)
}

// integer gives the value of an integer column.
func (v value) integer() (int64, error) {
	switch {
	case v.serial == 8 || v.serial == 9:
		return int64(v.serial - 8), nil
	case v.serial == 0 || v.serial > 6:
		return 0, fmt.Errorf("serial type %d is not an integer", v.serial)
	}
	n := int64(int8(v.data[0])) // sign
	for _, b := range v.data[1:] {
		n = n<<8 | int64(b)
	}
	return n, nil
}

// varint decodes a number of 1 to 9 bytes, the most significant first: 7 bits
// in each, the top bit set in all but the last, 8 bits in the ninth. It gives
// the number and its length; length 0 means that b ends before.
func varint(b []byte) (uint64, int) {
	var v uint64
	for i := range min(len(b), 9) {
		if i == 8 {
			return v<<8 | uint64(b[i]), 9
		}
		v = v<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}
