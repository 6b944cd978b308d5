// Package rpmtest writes small rpm databases in every form, for tests. The
// writers know only what the tests need.
package rpmtest

import (
	"encoding/binary"

	"github.com/keeppatched/keeppatched/inventory/rpm/internal/header"
)

// Entry is one tag of a header to write. Value is a string, a uint32, or Raw.
type Entry struct {
	Tag   header.Tag
	Value any
}

// Raw is a value written as it is, under any type and count.
type Raw struct {
	Type, Count uint32
	Data        []byte
}

// Header writes a header blob with a region around no entries and all entries
// after it.
func Header(entries ...Entry) []byte {
	be := binary.BigEndian
	index := be.AppendUint32(nil, 63) // HEADERIMMUTABLE
	index = be.AppendUint32(be.AppendUint32(be.AppendUint32(index, 7), 0), 16)
	data := make([]byte, 16) // the region's trailer
	for _, e := range entries {
		raw := raw(e.Value)
		if raw.Type == 4 {
			data = append(data, make([]byte, -len(data)&3)...)
		}
		index = be.AppendUint32(be.AppendUint32(index, uint32(e.Tag)), raw.Type)
		index = be.AppendUint32(be.AppendUint32(index, uint32(len(data))), raw.Count)
		data = append(data, raw.Data...)
	}
	blob := be.AppendUint32(nil, uint32(len(index)/16))
	blob = be.AppendUint32(blob, uint32(len(data)))
	return append(append(blob, index...), data...)
}

func raw(v any) Raw {
	switch v := v.(type) {
	case string:
		return Raw{Type: 6, Count: 1, Data: append([]byte(v), 0)}
	case uint32:
		return Raw{Type: 4, Count: 1, Data: binary.BigEndian.AppendUint32(nil, v)}
	}
	return v.(Raw)
}

// Package writes the header of a package with the tags every package has, and
// more.
func Package(name, version, release, arch string, more ...Entry) []byte {
	return Header(append([]Entry{
		{header.Name, name}, {header.Version, version}, {header.Release, release}, {header.Arch, arch},
	}, more...)...)
}

// Big gives an entry of n bytes that makes a header long, under a tag that
// nobody reads.
func Big(n int) Entry {
	return Entry{Tag: 1117, Value: Raw{Type: 7, Count: uint32(n), Data: make([]byte, n)}}
}
