package scanner

import (
	"context"
	"fmt"
	"slices"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/scanner/finding"
)

// Assess asks every source about what the inventory holds. It needs no access
// to the machine. The report is nil only with an error, and the error is only
// for the context's end or a nil inventory: sources that fail, and whatever
// could not be matched, are in the report's coverage.
//
// The inventory is not changed; the report shares parts of it.
func (s *Scanner) Assess(ctx context.Context, inv *inventory.Inventory) (*finding.Report, error) {
	if inv == nil {
		return nil, fmt.Errorf("%w: no inventory", ErrOptions)
	}
	qs := ask(inv)
	replies, err := s.lookup(ctx, qs.queries)
	if err != nil {
		return nil, err
	}
	verdict, err := evaluate(ctx, qs, join(len(qs.queries), replies))
	if err != nil {
		return nil, err
	}
	findings := append(vulnerabilities(inv, verdict.hits), updates(inv)...)
	sortFindings(findings)

	r := &finding.Report{
		SchemaVersion: finding.SchemaVersion,
		Tool:          s.opts.Tool,
		GeneratedAt:   s.now(),
		Host:          inv.Host,
		Inventory: finding.Inventory{
			CollectedAt: inv.CollectedAt, Packages: len(inv.Packages), Updates: len(inv.Updates),
		},
		Findings: findings,
		Patches:  patches(findings),
		Coverage: slices.Concat(inventoryCoverage(inv), sourceCoverage(replies), ecosystemCoverage(inv, qs, verdict, replies)),
	}
	r.Summary = summarizeReport(r, verdict.assessed)
	return r, nil
}

// inventoryCoverage repeats the inventory's own coverage. An inventory that
// does not say what was looked at is a gap by itself.
func inventoryCoverage(inv *inventory.Inventory) []inventory.Coverage {
	return slices.Concat(inv.Coverage, unseen(inv.Coverage))
}
