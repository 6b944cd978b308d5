package host_test

import (
	"testing"

	"github.com/keeppatched/keeppatched/inventory"
)

func closeTarget(tb testing.TB, target *inventory.Target) {
	tb.Helper()
	if err := target.Close(); err != nil {
		tb.Errorf("Close: %v", err)
	}
}
