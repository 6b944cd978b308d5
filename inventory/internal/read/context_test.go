package read_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

func TestWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := read.WithContext(ctx, strings.NewReader("abc"))
	b := make([]byte, 2)
	if n, err := r.Read(b); n != 2 || err != nil {
		t.Errorf("%d bytes, error %v", n, err)
	}
	cancel()
	if _, err := io.ReadAll(r); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}
