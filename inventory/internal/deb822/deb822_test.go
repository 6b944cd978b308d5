package deb822_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory/internal/deb822"
	"github.com/keeppatched/keeppatched/inventory/internal/lines"
	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// dump reads all stanzas: a line each for where it begins, its fields A and B,
// its faults and how it ends.
func dump(r *deb822.Reader) []string {
	var out []string
	for r.Next() {
		s := r.Stanza()
		out = append(out, fmt.Sprintf("stanza %d", s.Line))
		for _, name := range []string{"a", "B"} {
			if v := s.Get(name); v != nil {
				out = append(out, fmt.Sprintf("%s=%q", name, v))
			}
		}
		for _, f := range s.Faults {
			out = append(out, fmt.Sprintf("%d! %v", f.Line, f.Err))
		}
		if !s.Closed {
			out = append(out, strings.TrimRight("not closed "+s.Open, " "))
		}
	}
	return out
}

func TestReader(t *testing.T) {
	tests := []struct {
		name, text string
		set        func(*deb822.Reader)
		want       []string
	}{
		{name: "nothing"},
		{name: "empty lines", text: "\n\n\n \n"},
		{
			name: "stanzas",
			text: "\nA: 1\nb: 2\n\n\n\nc: 3\n\nA:4\n",
			want: []string{"stanza 2", `a="1"`, `B="2"`, "stanza 7", "stanza 9", `a="4"`, "not closed"},
		},
		{
			name: "values",
			text: "A:  one \n\ttwo \n .\n  \n  four\nB:\nC: x\n y\n\n",
			want: []string{"stanza 1", `a="one\ntwo\n.\nfour"`, `B=""`},
		},
		{
			name: "a blank before the colon, a colon in the value",
			text: "A \t: b:c\n\n",
			want: []string{"stanza 1", `a="b:c"`},
		},
		{
			name: "carriage returns",
			text: "A: 1\r\nB: 2\r\n\r\nA: 3\r\n\r\n",
			want: []string{"stanza 1", `a="1"`, `B="2"`, "stanza 4", `a="3"`},
		},
		{
			name: "no end in a field, in another, in garbage",
			text: "A: 1\nB: 2",
			want: []string{"stanza 1", `a="1"`, `B="2"`, "not closed B"},
		},
		{name: "no end in another field", text: "A: 1\nC: 2", want: []string{"stanza 1", `a="1"`, "not closed"}},
		{name: "no end in a value", text: "A: 1\n 2", want: []string{"stanza 1", `a="1\n2"`, "not closed A"}},
		{
			name: "garbage",
			text: "what\nA: 1\n: x\n-B: 1\n#B: 1\n\xef\xbb\xbfB: 1\nB c: 1\n more\nB: 2\n\n x\nA: 1\n\n",
			want: []string{
				"stanza 1", `a="1"`, `B="2"`,
				`1! not a field: "what"`, `3! not a field: ": x"`, `4! not a field: "-B: 1"`, `5! not a field: "#B: 1"`,
				`6! not a field: "\ufeffB: 1"`, `7! not a field: "B c: 1"`,
				"stanza 11", `a="1"`, "11! not a field: a continuation line with nothing before it",
			},
		},
		{
			name: "NUL bytes spoil the field they are in",
			text: "A: 1\nB: \x00\nC: \x00\n\nA: 1\n \x00\n 2\nB: 2\n\n",
			want: []string{"stanza 1", `a="1"`, "2! NUL byte", "3! NUL byte", "stanza 5", `B="2"`, "6! NUL byte"},
		},
		{
			name: "twice",
			text: "A: 1\na: 2\n 3\nC: 1\nC: 1\nB: 1\n\n",
			want: []string{"stanza 1", `a="1"`, `B="1"`, "2! field stands twice: A"},
		},
		{
			name: "many faults",
			text: strings.Repeat("x\n", 20) + "A: 1\n\n",
			want: append(append([]string{"stanza 1", `a="1"`}, numbered(8, `! not a field: "x"`)...), "22! 12 more faults in this stanza"),
		},
		{
			name: "comments",
			text: "# c\nA: 1\n#B: 9\n 2\n\n# d\n\nB: 1\n\n",
			set:  func(r *deb822.Reader) { r.Comments = true },
			want: []string{"stanza 2", `a="1\n2"`, "stanza 8", `B="1"`},
		},
		{
			name: "signed",
			text: "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nA: 1\nB: 2\n-----BEGIN PGP SIGNATURE-----\n\nA: 9\n",
			set:  func(r *deb822.Reader) { r.Signed = true },
			want: []string{"stanza 4", `a="1"`, `B="2"`},
		},
		{
			name: "could be signed",
			text: "A: 1\n",
			set:  func(r *deb822.Reader) { r.Signed = true },
			want: []string{"stanza 1", `a="1"`, "not closed"},
		},
		{
			name: "too long",
			text: "A: 12\n 4\nB: 12345\n\nA: 1\n 2345\n 6\nB: 1\n\n",
			set:  func(r *deb822.Reader) { r.MaxField = 4 },
			want: []string{"stanza 1", `a="12\n4"`, "3! B: larger than the limit of 4 bytes",
				"stanza 5", `B="1"`, "6! A: larger than the limit of 4 bytes"},
		},
		{
			name: "a line too long",
			text: "A: " + strings.Repeat("x", lines.Limit) + "\n 2\nB: 1\n " + strings.Repeat("y", 3*lines.Limit) + "\nC: " +
				strings.Repeat("z", lines.Limit) + "\n\nA: 1\n\n",
			want: []string{"stanza 1", "1! A: larger than the limit of 65536 bytes", "4! B: larger than the limit of 65536 bytes",
				"stanza 7", `a="1"`},
		},
		{
			name: "no limit set",
			text: "A: 1\n\n",
			set:  func(r *deb822.Reader) { r.MaxField = 0 },
			want: []string{"stanza 1", `a="1"`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// Byte by byte, so that every line meets the buffer's end.
			for _, in := range []io.Reader{strings.NewReader(tt.text), iotest.OneByteReader(strings.NewReader(tt.text))} {
				r := deb822.NewReader(in, "A", "B")
				if tt.set != nil {
					tt.set(r)
				}
				if diff := cmp.Diff(tt.want, dump(r)); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
				if r.Err() != nil || r.Next() {
					t.Errorf("error %v, or a stanza behind the last", r.Err())
				}
			}
		})
	}
}

func numbered(n int, text string) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprint(i+1, text))
	}
	return out
}

func TestErrors(t *testing.T) {
	broken := errors.New("broken")
	r := deb822.NewReader(io.MultiReader(strings.NewReader("A: 1\n\nA: 2\nB"), iotest.ErrReader(broken)), "A", "B")
	if diff := cmp.Diff([]string{"stanza 1", `a="1"`, "stanza 3", `a="2"`, "not closed"}, dump(r)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !errors.Is(r.Err(), broken) {
		t.Errorf("error %v, want %v", r.Err(), broken)
	}
	for text, want := range map[string]error{"x": deb822.ErrSyntax, "\x00": deb822.ErrNUL, "A: 1\nA: 2": deb822.ErrDuplicate,
		"A: " + strings.Repeat("x", lines.Limit): read.ErrTooLarge} {
		r := deb822.NewReader(strings.NewReader(text), "A")
		if !r.Next() || len(r.Stanza().Faults) != 1 || !errors.Is(r.Stanza().Faults[0].Err, want) {
			t.Errorf("%.20q: faults %v, want %v", text, r.Stanza().Faults, want)
		}
	}
}

// TestMemory reads much of everything in the memory of a few lines.
func TestMemory(t *testing.T) {
	const size = 16 << 20
	tests := []struct{ name, before, repeat string }{
		{"one line", "A: ", "x"},
		{"one value", "A:\n", " x\n"},
		{"one value of another field", "C:\n", " x\n"},
		{"stanzas", "", "A: 1\nB: 2\n\n"},
		{"garbage in one stanza", "", "garbage\n"},
		{"one field again and again", "", "A: 1\n"},
		{"empty lines", "", "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := io.MultiReader(strings.NewReader(tt.before),
				io.LimitReader(&endless{text: strings.Repeat(tt.repeat, 4096)}, size), strings.NewReader("\n\nA: last\n\n"))
			r := deb822.NewReader(in, "A", "B")
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			found := false
			for r.Next() {
				found = string(r.Stanza().Get("A")) == "last"
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			runtime.KeepAlive(r)
			if kept := after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc); kept > 4<<20 {
				t.Errorf("%d bytes in use after %d were read", kept, size)
			}
			if !found || r.Err() != nil {
				t.Errorf("the last stanza was found: %t, error %v", found, r.Err())
			}
		})
	}
}

// endless repeats a text for ever.
type endless struct {
	text string
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.text[e.at:])
	e.at = (e.at + n) % len(e.text)
	return n, nil
}

func FuzzReader(f *testing.F) {
	for _, text := range []string{"A: 1\nb: 2\n\nA: 3", "A:\n 1\n .\n", "#x\n\x00", "\r\n\r", "-----BEGIN PGP SIGNED MESSAGE-----\n\nA: 1\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := deb822.NewReader(strings.NewReader(text), "A", "B")
		got := dump(r)
		if r.Err() != nil {
			t.Errorf("error %v", r.Err())
		}
		r = deb822.NewReader(iotest.OneByteReader(strings.NewReader(text)), "A", "B")
		if diff := cmp.Diff(got, dump(r)); diff != "" {
			t.Errorf("read byte by byte: %s", diff)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	text := strings.Repeat("Package: a\nVersion: 1\nDepends: b, c, d (>= 1), e\nDescription: x\n some text on a line\n\n", 10_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r := deb822.NewReader(strings.NewReader(text), "Package", "Version")
		for r.Next() {
		}
	}
}
