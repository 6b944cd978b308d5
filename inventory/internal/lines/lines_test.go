package lines_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory/internal/lines"
)

func TestReader(t *testing.T) {
	long := strings.Repeat("x", lines.Limit)
	tests := []struct {
		name, text string
		want       []string // number, length, the first bytes and what is said of the line
	}{
		{name: "nothing"},
		{name: "lines", text: "a\n\nb\r\n\r\n", want: []string{"1 1 a", "2 0 ", "3 1 b", "4 0 "}},
		{name: "no end", text: "a\nb", want: []string{"1 1 a", "2 1 b open"}},
		{name: "a carriage return elsewhere", text: "a\rb\n\r", want: []string{"1 3 a\rb", "2 0  open"}},
		{name: "just fits", text: long[1:] + "\na", want: []string{"1 65535 xxxx", "2 1 a open"}},
		{name: "too long", text: long + "\na\n", want: []string{"1 65536 xxxx cut", "2 1 a"}},
		{name: "far too long", text: long + long + long + "x\na\n", want: []string{"1 65536 xxxx cut", "2 1 a"}},
		{name: "too long, no end", text: "a\n" + long + long + "x", want: []string{"1 1 a", "2 65536 xxxx cut"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, in := range []io.Reader{strings.NewReader(tt.text), iotest.HalfReader(strings.NewReader(tt.text))} {
				r := lines.NewReader(in)
				var got []string
				for r.Next() {
					line := fmt.Sprintf("%d %d %.4s", r.Number(), len(r.Text()), r.Text())
					if r.Cut() {
						line += " cut"
					}
					if r.Open() {
						line += " open"
					}
					got = append(got, line)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
				open := tt.text != "" && !strings.HasSuffix(tt.text, "\n")
				if r.Next() || r.Err() != nil || r.Open() != open {
					t.Errorf("at the end: error %v, open %t, want %t", r.Err(), r.Open(), open)
				}
			}
		})
	}
}

// TestError gives nothing of the line in which reading failed.
func TestError(t *testing.T) {
	broken := errors.New("broken")
	for _, text := range []string{"a\nb", "a\n", "a\n" + strings.Repeat("x", 2*lines.Limit)} {
		r := lines.NewReader(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)))
		n := 0
		for r.Next() {
			if !r.Cut() {
				n++
			}
		}
		if n != 1 || !errors.Is(r.Err(), broken) || r.Open() {
			t.Errorf("%.10q: %d lines, error %v, open %t", text, n, r.Err(), r.Open())
		}
	}
}
