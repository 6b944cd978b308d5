package header_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/keeppatched/keeppatched/inventory/rpm/internal/header"
	"github.com/keeppatched/keeppatched/inventory/rpm/internal/rpmtest"
)

func TestValues(t *testing.T) {
	h, err := header.Parse(rpmtest.Package("a", "1", "2", "noarch",
		rpmtest.Entry{Tag: header.Epoch, Value: uint32(1 << 31)},
		rpmtest.Entry{Tag: header.Vendor, Value: ""},
		rpmtest.Entry{Tag: header.Name, Value: "b"},
		rpmtest.Entry{Tag: header.InstallTime, Value: rpmtest.Raw{Type: 4, Count: 1, Data: []byte{1}}},
	))
	if err != nil {
		t.Fatal(err)
	}
	if s, err := h.String(header.Name); string(s) != "b" || err != nil {
		t.Errorf("a repeated tag gives %q and %v, want the last", s, err)
	}
	if s, err := h.String(header.Vendor); len(s) != 0 || err != nil {
		t.Errorf("an empty text gives %q and %v", s, err)
	}
	if n, err := h.Uint32(header.Epoch); n != 1<<31 || err != nil {
		t.Errorf("EPOCH is %d and %v", n, err)
	}
	if _, err := h.String(header.SourceRPM); !errors.Is(err, header.ErrAbsent) {
		t.Errorf("a tag that is not there gives %v", err)
	}
	if _, err := h.Uint32(header.InstallTime); err == nil || errors.Is(err, header.ErrAbsent) {
		t.Errorf("a number cut off by the end gives %v", err)
	}
	if _, err := h.String(header.Epoch); err == nil || errors.Is(err, header.ErrAbsent) {
		t.Errorf("a number asked for as text gives %v", err)
	}
}

func TestParseErrors(t *testing.T) {
	set := func(at int, v uint32) []byte {
		b := rpmtest.Package("a", "1", "2", "noarch")
		binary.BigEndian.PutUint32(b[at:], v)
		return b
	}
	good := rpmtest.Package("a", "1", "2", "noarch")
	for name, blob := range map[string][]byte{
		"empty":        nil,
		"no entries":   make([]byte, 8),
		"many entries": set(0, 0x10000),
		"long index":   set(0, 6),
		"long data":    set(4, 1<<31),
		"cut off":      good[:len(good)-1],
		"longer":       append(good[:len(good):len(good)], 0),
		"type":         set(8+16+4, 10),
		"offset":       set(8+16+8, 1<<31),
	} {
		if _, err := header.Parse(blob); err == nil {
			t.Errorf("%s: Parse gives no error", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(rpmtest.Package("a", "1", "2", "noarch", rpmtest.Entry{Tag: header.Epoch, Value: uint32(1)}))
	f.Fuzz(func(t *testing.T, blob []byte) {
		h, err := header.Parse(blob)
		if err != nil {
			return
		}
		for _, tag := range []header.Tag{header.Name, header.Version, header.Epoch, header.InstallTime, header.ModularityLabel} {
			s, err := h.String(tag)
			if err == nil && len(s) >= len(blob) {
				t.Errorf("%v of %d bytes in a header of %d", tag, len(s), len(blob))
			}
			if _, numErr := h.Uint32(tag); err == nil && numErr == nil {
				t.Errorf("%v is text and number", tag)
			}
		}
	})
}
