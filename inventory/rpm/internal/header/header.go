// Package header reads rpm headers as the package database keeps them: an
// index of tags and the data they point to, all numbers big-endian on every
// machine.
//
//	uint32 number of index entries (il)
//	uint32 bytes of data (dl)
//	il × { uint32 tag, uint32 type, int32 offset, uint32 count }
//	dl bytes of data
//
// Unlike in a package file, no magic number comes before. The first entry is
// usually a region (tags 61 to 63), which marks the part of the header that was
// in the signed package. Entries after the region ("dribbles") were added at
// installation, and one that repeats a tag of the region replaces it. The format
// is described in rpm's manual: format.md and hregions.md.
package header

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// The tags that an inventory needs. rpm's manual lists all (tags.md).
const (
	Name            Tag = 1000
	Version         Tag = 1001
	Release         Tag = 1002
	Epoch           Tag = 1003
	InstallTime     Tag = 1008
	Vendor          Tag = 1011
	Arch            Tag = 1022
	SourceRPM       Tag = 1044
	ModularityLabel Tag = 5096
)

// Tag names one value of a header.
type Tag uint32

// String is what rpm calls the tag.
func (t Tag) String() string {
	switch t {
	case Name:
		return "NAME"
	case Version:
		return "VERSION"
	case Release:
		return "RELEASE"
	case Epoch:
		return "EPOCH"
	case InstallTime:
		return "INSTALLTIME"
	case Vendor:
		return "VENDOR"
	case Arch:
		return "ARCH"
	case SourceRPM:
		return "SOURCERPM"
	case ModularityLabel:
		return "MODULARITYLABEL"
	}
	return fmt.Sprintf("tag %d", uint32(t))
}

// The types of values that are read here, and the last one that rpm defines.
const (
	typeInt32  = 4
	typeString = 6
	typeLast   = 9
)

const (
	introSize = 8
	entrySize = 16
	maxIndex  = 0xffff // rpm's own limit
)

// ErrAbsent says that a header has no such tag.
var ErrAbsent = errors.New("no such tag")

// Header is one parsed header. It refers to the blob it was parsed from and is
// valid as long as that does not change.
type Header struct {
	index []byte
	data  []byte
}

// Parse checks the frame of a header: that index and data fill the blob
// exactly, and that every index entry has a known type and points into the
// data. rpm, too, skips a header where that does not hold.
func Parse(blob []byte) (Header, error) {
	if len(blob) < introSize {
		return Header{}, fmt.Errorf("header of %d bytes is too short", len(blob))
	}
	il, dl := binary.BigEndian.Uint32(blob), binary.BigEndian.Uint32(blob[4:])
	if il == 0 || il > maxIndex {
		return Header{}, fmt.Errorf("header has %d index entries", il)
	}
	if want := introSize + uint64(il)*entrySize + uint64(dl); want != uint64(len(blob)) {
		return Header{}, fmt.Errorf("header of %d index entries and %d bytes of data does not fit its %d bytes", il, dl, len(blob))
	}
	end := introSize + int(il)*entrySize
	h := Header{index: blob[introSize:end], data: blob[end:]}
	for i := range int(il) {
		if e := h.entry(i); e.kind > typeLast || uint64(e.offset) > uint64(dl) {
			return Header{}, fmt.Errorf("header index entry %d: %v of type %d at offset %d of %d", i, e.tag, e.kind, e.offset, dl)
		}
	}
	return h, nil
}

type entry struct {
	tag           Tag
	kind          uint32
	offset, count uint32
}

func (h Header) entry(i int) entry {
	b := h.index[i*entrySize:][:entrySize]
	return entry{
		tag:    Tag(binary.BigEndian.Uint32(b)),
		kind:   binary.BigEndian.Uint32(b[4:]),
		offset: binary.BigEndian.Uint32(b[8:]),
		count:  binary.BigEndian.Uint32(b[12:]),
	}
}

// find gives the data from where a tag's value starts. Dribbles come after the
// region and win, so the last entry of a tag counts.
func (h Header) find(tag Tag, kind uint32) ([]byte, error) {
	for i := len(h.index)/entrySize - 1; i >= 0; i-- {
		if binary.BigEndian.Uint32(h.index[i*entrySize:]) != uint32(tag) {
			continue
		}
		e := h.entry(i)
		if e.kind != kind || e.count != 1 {
			return nil, fmt.Errorf("%v has type %d and count %d, want type %d and count 1", tag, e.kind, e.count, kind)
		}
		return h.data[e.offset:], nil
	}
	return nil, ErrAbsent
}

// String gives the value of a string tag. The bytes belong to the blob and may
// be anything but NUL. A header without the tag gives ErrAbsent.
func (h Header) String(tag Tag) ([]byte, error) {
	data, err := h.find(tag, typeString)
	if err != nil {
		return nil, err
	}
	n := bytes.IndexByte(data, 0)
	if n < 0 {
		return nil, fmt.Errorf("%v is not terminated", tag)
	}
	return data[:n], nil
}

// Uint32 gives the value of a 32-bit number tag. A header without the tag gives
// ErrAbsent.
func (h Header) Uint32(tag Tag) (uint32, error) {
	data, err := h.find(tag, typeInt32)
	if err != nil {
		return 0, err
	}
	if len(data) < 4 {
		return 0, fmt.Errorf("%v is cut off by the end of the header", tag)
	}
	return binary.BigEndian.Uint32(data), nil
}
