package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/scanner/finding"
)

// TableOptions say how a table is laid out.
type TableOptions struct {
	// Width is how many columns the reader has; longer lines are wrapped. Zero:
	// lines are as long as they need to be.
	Width int
	// Color marks severities and states with terminal colours.
	Color bool
}

// Table writes the report for a person: a line that says how things stand,
// what to upgrade, what has no fix yet, which updates wait, and what could not
// be assessed. The first line is at most 60 characters.
func Table(w io.Writer, r *finding.Report, o TableOptions) error {
	t := tables{o: o}
	t.line("%v - %s", t.verdict(r), headline(r))
	t.line("%s", about(r))
	t.patches(r.Patches, r.Findings)
	t.unfixed(r.Findings)
	t.coverage(r.Coverage)
	_, err := io.WriteString(w, t.b.String())
	return err
}

// tables collects the text of a report.
type tables struct {
	b strings.Builder
	o TableOptions
}

func (t *tables) line(format string, args ...any) {
	fmt.Fprintf(&t.b, format, args...)
	t.b.WriteByte('\n')
}

// verdict is the word that monitoring systems know.
func (t *tables) verdict(r *finding.Report) painted {
	switch {
	case !r.Summary.Complete:
		return t.paint(text.FgMagenta, "UNKNOWN")
	case r.Summary.Findings > 0:
		return t.paint(text.FgYellow, "WARNING")
	}
	return t.paint(text.FgGreen, "OK")
}

func headline(r *finding.Report) string {
	s := fmt.Sprintf("%s, %s",
		plural(r.Summary.ByKind[finding.Vulnerability], "vulnerability", "vulnerabilities"),
		plural(r.Summary.Patches, "patch", "patches"))
	if !r.Summary.Complete {
		s += ", not all seen"
	}
	return s
}

func about(r *finding.Report) string {
	os := cmp.Or(r.Host.OS.PrettyName, strings.TrimSpace(r.Host.OS.ID+" "+r.Host.OS.VersionID), "unknown system")
	s := clean(os)
	if r.Host.Name != "" {
		s = clean(r.Host.Name) + ": " + s
	}
	return fmt.Sprintf("%s, %s (%d assessed), %s", s, plural(r.Summary.Packages, "package", "packages"),
		r.Summary.Assessed, r.GeneratedAt.Format("2006-01-02 15:04 UTC"))
}

// patches shows what to upgrade, and what each upgrade closes.
func (t *tables) patches(ps []finding.Patch, fs []finding.Finding) {
	if len(ps) == 0 {
		return
	}
	byID := make(map[string]finding.Finding, len(fs))
	for _, f := range fs {
		byID[f.ID] = f
	}
	rows := make([]table.Row, 0, len(ps))
	for _, p := range ps {
		rows = append(rows, table.Row{
			t.level(p.Severity), packageNames(p), installed(p), p.Version, candidates(p), closes(p, byID),
		})
	}
	t.table(fmt.Sprintf("Upgrade (%d)", len(ps)), table.Row{"severity", "package", "installed", "fixed in", "on offer", "closes"}, rows)
}

// packageNames are the source and the package, or how many there are.
func packageNames(p finding.Patch) string {
	names := make([]string, 0, len(p.Packages))
	for _, pp := range p.Packages {
		names = append(names, pp.Name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	switch {
	case len(names) > 1: // their names would push the other columns out of sight
		return fmt.Sprintf("%s (%d packages)", p.Source, len(names))
	case len(names) == 1 && names[0] != p.Source:
		return p.Source + " (" + names[0] + ")"
	}
	return p.Source
}

func installed(p finding.Patch) string {
	return distinct(p.Packages, func(pp finding.PatchPackage) string { return pp.Installed })
}

func candidates(p finding.Patch) string {
	s := distinct(p.Packages, func(pp finding.PatchPackage) string { return pp.Candidate })
	if slices.ContainsFunc(p.Packages, func(pp finding.PatchPackage) bool { return pp.Held }) {
		s = strings.TrimSpace(s + " (held)")
	}
	return s
}

// closes says what a patch is good for: the vulnerabilities, else the update.
func closes(p finding.Patch, byID map[string]finding.Finding) string {
	if len(p.CVEs) > 0 {
		return shorten(p.CVEs, 2)
	}
	var ids []string
	for _, id := range p.Closes {
		switch f := byID[id]; {
		case len(f.Advisories) > 0:
			ids = append(ids, f.Advisories[0].ID)
		case f.Update != nil && f.Update.Security == inventory.SecurityYes:
			ids = append(ids, "security update")
		case f.Update != nil:
			ids = append(ids, "update")
		}
	}
	return shorten(ids, 2)
}

// unfixed shows, for each source package, the vulnerabilities without a fix.
func (t *tables) unfixed(fs []finding.Finding) {
	type entry struct {
		source, version string
		level           finding.Level
		ids             []string
	}
	var entries []*entry
	index := map[string]*entry{}
	for _, f := range fs {
		if f.Kind != finding.Vulnerability || f.State == finding.FixAvailable {
			continue
		}
		p := f.Packages[0]
		source := cmp.Or(p.Source, p.Name)
		e := index[source]
		if e == nil { // findings come worst first, so the first gives the level
			e = &entry{source: source, version: p.Version, level: f.Level}
			index[source], entries = e, append(entries, e)
		}
		e.ids = append(e.ids, cmp.Or(strings.Join(f.CVEs, " "), f.Advisories[0].ID))
	}
	if len(entries) == 0 {
		return
	}
	rows := make([]table.Row, 0, len(entries))
	for _, e := range entries {
		rows = append(rows, table.Row{t.level(e.level), e.source, e.version, len(e.ids), shorten(e.ids, 3)})
	}
	t.table(fmt.Sprintf("Vulnerable, no fix known (%d)", len(entries)),
		table.Row{"severity", "package", "installed", "count", "vulnerabilities"}, rows)
}

// coverage shows what was and what was not seen; parts that are not on this
// machine are left to the JSON form.
func (t *tables) coverage(cs []inventory.Coverage) {
	rows := make([]table.Row, 0, len(cs))
	for _, c := range cs {
		if c.Status == inventory.StatusAbsent {
			continue
		}
		reason := c.Reason
		if reason == "" {
			reason = sentences(c.Notes)
		}
		rows = append(rows, table.Row{t.status(c.Status), c.Part, c.Name, c.Count, reason})
	}
	t.table("Coverage", table.Row{"status", "part", "name", "count", "remarks"}, rows)
}

// table writes one titled table. Every text in it is made harmless here, but
// for what was painted, which is our own.
func (t *tables) table(title string, header table.Row, rows []table.Row) {
	for _, row := range rows {
		for i, cell := range row {
			if s, ok := cell.(string); ok {
				row[i] = clean(s)
			}
		}
	}
	tw := table.NewWriter()
	style := table.StyleLight
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatUpper
	tw.SetStyle(style)
	tw.AppendHeader(header)
	tw.AppendRows(rows)
	tw.SuppressTrailingSpaces()
	if t.o.Width > 0 {
		tw.SetColumnConfigs(t.widths(header, rows))
	}
	t.line("\n%v\n%s", t.paint(text.Bold, title), tw.Render())
}
