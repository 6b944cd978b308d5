package scanner

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/ecosystem"
	"github.com/keeppatched/keeppatched/inventory"
)

// ecosystemCoverage says for every ecosystem that was asked how well it could
// be assessed, and for the packages that no ecosystem exists for, why.
func ecosystemCoverage(inv *inventory.Inventory, qs questions, v verdict, replies []reply) []inventory.Coverage {
	tallies := map[string]*tally{}
	for _, p := range qs.packages {
		counted := map[string]bool{} // a package may ask one ecosystem under two names
		for _, k := range p.keys {
			name := qs.queries[k.query].Ecosystem
			t := tallies[name]
			if t == nil {
				t = &tally{optional: true}
				tallies[name] = t
			}
			t.optional = t.optional && k.optional
			if err := v.errs[k.query]; err != nil {
				t.err = cmp.Or(t.err, err)
			} else if !counted[name] {
				counted[name] = true
				t.count++
			}
		}
	}
	cs := homeless(inv, qs)
	for name, t := range tallies {
		c := t.coverage(name)
		c.Notes = slices.Concat(ages(name, replies), c.Notes)
		addProblems(&c, v.problems[name])
		cs = append(cs, c)
	}
	slices.SortFunc(cs, func(a, b inventory.Coverage) int { return cmp.Compare(a.Name, b.Name) })
	return cs
}

// ages tells how recent the sources' records of an ecosystem are: data that has
// ended long ago finds nothing new, and looks like a machine in good order.
func ages(ecosystem string, replies []reply) []string {
	var notes []string
	for _, r := range replies {
		if date := r.newest[ecosystem]; !date.IsZero() {
			notes = append(notes, fmt.Sprintf("The newest record in %s is of %s.", r.source, date.Format(time.DateOnly)))
		}
	}
	return notes
}

// tally counts what became of the packages asked for in one ecosystem.
type tally struct {
	count    int   // answered
	err      error // of the first that was not
	optional bool  // no package needs this ecosystem to count as assessed
}

// coverage gives an ecosystem's status, and what its data cannot show.
func (t *tally) coverage(name string) inventory.Coverage {
	c := inventory.Coverage{Part: partEcosystem, Name: name, Status: inventory.StatusOK, Count: t.count}
	switch {
	case t.err != nil && t.optional:
		c.Status, c.Reason = inventory.StatusAbsent, "asked for where a source has it: "+t.err.Error()
	case errors.Is(t.err, advisories.ErrNotCovered):
		c.Status, c.Reason = inventory.StatusUnsupported, "not assessed: "+t.err.Error()
	case t.err != nil && t.count > 0:
		c.Status, c.Reason = inventory.StatusPartial, "assessed in part: "+t.err.Error()
	case t.err != nil:
		c.Status, c.Reason = inventory.StatusFailed, "not assessed: "+t.err.Error()
	}
	if info, ok := ecosystem.Get(name); ok && t.err == nil {
		c.Notes = info.Limits
	}
	return c
}

// homeless tells of the packages that nothing could be asked for: one entry
// for each type of package and each reason.
func homeless(inv *inventory.Inventory, qs questions) []inventory.Coverage {
	problems := map[string][]inventory.Problem{}
	for i, p := range qs.packages {
		if p.err != nil {
			name := cmp.Or(inv.Host.OS.ID, "unknown system") + " " + inv.Packages[i].Type
			problems[name] = append(problems[name], inventory.Problem{
				Path: first(inv.Packages[i].Locations), Package: inv.Packages[i].Name, Err: p.err,
			})
		}
	}
	var cs []inventory.Coverage
	for name, ps := range problems {
		c := inventory.Coverage{
			Part: partEcosystem, Name: name, Status: inventory.StatusUnsupported,
			Reason: fmt.Sprintf("%d packages not assessed: %v", len(ps), ps[0].Err),
		}
		if !sameReason(ps) {
			addProblems(&c, ps)
		}
		cs = append(cs, c)
	}
	return cs
}

// sameReason says that one sentence tells all problems.
func sameReason(ps []inventory.Problem) bool {
	return !slices.ContainsFunc(ps, func(p inventory.Problem) bool { return p.Err.Error() != ps[0].Err.Error() })
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}
