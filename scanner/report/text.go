package report

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/scanner/finding"
)

// clean makes text from elsewhere harmless for a terminal: control characters,
// and the invisible ones that change the direction of text, become "?".
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return '?'
		}
		return r
	}, s)
}

// sentences joins notes, which may end in a full stop, to one text.
func sentences(notes []string) string {
	trimmed := make([]string, len(notes))
	for i, n := range notes {
		trimmed[i] = strings.TrimSuffix(n, ".")
	}
	return strings.Join(trimmed, "; ")
}

// shorten joins the first few words and tells how many more there are.
func shorten(words []string, most int) string {
	if len(words) <= most {
		return strings.Join(words, ", ")
	}
	return fmt.Sprintf("%s, +%d", strings.Join(words[:most], ", "), len(words)-most)
}

// distinct joins the different values of a property, in order, without empties.
func distinct[T any](list []T, of func(T) string) string {
	var values []string
	seen := map[string]bool{"": true}
	for _, e := range list {
		if v := of(e); !seen[v] {
			seen[v] = true
			values = append(values, v)
		}
	}
	return shorten(values, 2)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// painted is text of our own that may hold colour codes.
type painted string

// paint colours text of our own where colours are wanted.
func (t *tables) paint(c text.Color, s string) painted {
	if !t.o.Color {
		return painted(s)
	}
	return painted(text.Colors{c}.Sprint(s))
}

// level shows a level; a word that is none of ours is no level.
func (t *tables) level(l finding.Level) painted {
	switch l {
	case finding.Critical, finding.High:
		return t.paint(text.FgRed, string(l))
	case finding.Medium:
		return t.paint(text.FgYellow, string(l))
	case finding.Low, finding.None:
		return painted(l)
	}
	return "-"
}

func (t *tables) status(s inventory.Status) painted {
	if s == inventory.StatusOK {
		return t.paint(text.FgGreen, string(s))
	}
	return t.paint(text.FgRed, clean(string(s)))
}

// widths gives the last column what the others leave of the line, and wraps
// what does not fit. A line too short for that is left to the terminal.
func (t *tables) widths(header table.Row, rows []table.Row) []table.ColumnConfig {
	const gap, least = 2, 20
	last := len(header) - 1
	used := 0
	for col := range last {
		widest := 0
		for _, row := range append([]table.Row{header}, rows...) {
			widest = max(widest, text.StringWidthWithoutEscSequences(fmt.Sprint(row[col])))
		}
		used += widest + gap
	}
	return []table.ColumnConfig{{
		Number: last + 1, WidthMax: max(t.o.Width-used-gap, least), WidthMaxEnforcer: text.WrapSoft,
	}}
}
