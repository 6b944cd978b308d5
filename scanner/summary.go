package scanner

import (
	"cmp"
	"slices"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/scanner/finding"
)

// summarizeReport counts what a report holds.
func summarizeReport(r *finding.Report, assessed []bool) finding.Summary {
	s := finding.Summary{
		Complete:   !slices.ContainsFunc(r.Coverage, inventory.Coverage.Gap),
		Packages:   r.Inventory.Packages,
		Findings:   len(r.Findings),
		ByKind:     map[finding.Kind]int{},
		ByState:    map[finding.State]int{},
		BySeverity: map[finding.Level]int{},
		Patches:    len(r.Patches),
	}
	for _, ok := range assessed {
		if ok {
			s.Assessed++
		}
	}
	s.NotAssessed = s.Packages - s.Assessed
	for _, f := range r.Findings {
		s.ByKind[f.Kind]++
		s.ByState[f.State]++
		if f.Kind == finding.Vulnerability {
			s.BySeverity[f.Level]++
		}
		if f.Kind == finding.MissingUpdate && f.Update != nil && f.Update.Security == inventory.SecurityYes {
			s.SecurityUpdates++
		}
	}
	return s
}

// kindOrder is the order in which a report shows kinds.
var kindOrder = []finding.Kind{
	finding.Vulnerability, finding.MissingUpdate, finding.EndOfLife, finding.Baseline, finding.RestartRequired,
}

// sortFindings puts findings in the order the report promises.
func sortFindings(fs []finding.Finding) {
	slices.SortFunc(fs, func(a, b finding.Finding) int {
		return cmp.Or(
			cmp.Compare(slices.Index(kindOrder, a.Kind), slices.Index(kindOrder, b.Kind)),
			cmp.Compare(b.Level.Rank(), a.Level.Rank()),
			cmp.Compare(cmp.Or(a.Packages[0].Source, a.Packages[0].Name), cmp.Or(b.Packages[0].Source, b.Packages[0].Name)),
			cmp.Compare(a.ID, b.ID),
		)
	})
}
