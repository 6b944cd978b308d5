package scanner

import (
	"fmt"
	"log/slog"

	"github.com/keeppatched/keeppatched/inventory"
)

// The parts that coverage speaks of, in the order they stand in a report.
const (
	partHost      = "host"
	partBackend   = "backend"
	partSource    = "source"
	partEcosystem = "ecosystem"
)

// addProblems puts problems into a coverage entry: the first few, the number
// of all, and a status that is a gap: partial, or failed where nothing is left.
// A part that calls itself absent and has problems was there in some way.
func addProblems(c *inventory.Coverage, problems []inventory.Problem) {
	if len(problems) == 0 {
		return
	}
	if !c.Gap() {
		c.Status, c.Reason = inventory.StatusPartial, summarize(problems)
		if c.Count == 0 {
			c.Status = inventory.StatusFailed
		}
	}
	c.Problems = problems[:min(len(problems), inventory.MaxProblems)]
}

// summarize says problems in a sentence: the one, or how many and the first.
func summarize(problems []inventory.Problem) string {
	if len(problems) == 1 {
		return problems[0].Error()
	}
	return fmt.Sprintf("%d problems, the first: %v", len(problems), problems[0])
}

func levelOf(s inventory.Status) slog.Level {
	switch s {
	case inventory.StatusOK, inventory.StatusAbsent:
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

func attr(key, value string) slog.Attr { return slog.String(key, value) }
