package apt

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	order "github.com/keeppatched/keeppatched/advisories/version"
	"github.com/keeppatched/keeppatched/inventory"
)

// decider turns what is offered into updates.
type decider struct {
	*collection
	*policy
	security *security
	stopped  []string // updates whose phasing the archive has stopped
	shut     []string // security updates that a priority keeps out
}

// decide gives the updates, ordered by package and architecture.
func (c *collection) decide(packages []inventory.Package, offers map[string][]offer, pol *policy, indexes []*index) []inventory.Update {
	d := &decider{collection: c, policy: pol, security: newSecurity(indexes)}
	var updates []inventory.Update
	for i := range packages {
		p := &packages[i]
		if u, ok := d.update(p, offers[p.Name]); ok {
			updates = append(updates, u)
		}
	}
	slices.SortFunc(updates, func(a, b inventory.Update) int {
		return cmp.Or(strings.Compare(a.Package, b.Package), strings.Compare(a.Arch, b.Arch))
	})
	if len(d.shut) > 0 {
		c.note("a newer version is in a security archive, but priorities or pins keep it out: %s", few(d.shut))
	}
	if len(d.stopped) > 0 {
		c.note("the archive has stopped handing out (phased to 0 %%): %s", few(d.stopped))
	}
	return updates
}

// few lists some words of many.
func few(words []string) string {
	const most = 20
	slices.Sort(words)
	if n := len(words) - most; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), n)
	}
	return strings.Join(words, ", ")
}

// update gives the update of one installed package, if there is one.
func (d *decider) update(p *inventory.Package, offers []offer) (inventory.Update, bool) {
	versions, newer, err := d.versions(p, offers)
	if err != nil {
		d.problems.Add(inventory.Problem{Path: p.Locations[0], Package: p.Name, Err: err})
		return inventory.Update{}, false
	}
	if newer == 0 {
		return inventory.Update{}, false
	}
	best := d.candidate(p, versions)
	at := slices.Index(versions[:newer], best) // -1: the installed one, an older one, none
	d.shutOut(p, versions[:newer], at)
	if at < 0 {
		return inventory.Update{}, false
	}
	u := inventory.Update{
		Backend: name, Package: p.Name, Arch: p.Arch, Installed: p.Version, Version: best.text,
		Source: best.source, SourceVersion: best.sourceVersion, Archive: archives(best), Held: p.Held,
	}
	u.Security, u.SecurityVersion = d.security.judge(versions[at:newer])
	switch {
	case best.phased == 0:
		d.stopped = append(d.stopped, p.Name)
	case best.phased < 100:
		u.Phased = best.phased
	}
	for _, x := range best.indexes {
		u.Locations = append(u.Locations, x.path)
	}
	return u, true
}

// shutOut remembers a package for which a security archive has a version newer
// than the candidate.
func (d *decider) shutOut(p *inventory.Package, newer []*version, candidate int) {
	if candidate < 0 {
		candidate = len(newer)
	}
	if slices.ContainsFunc(newer[:candidate], fromSecurity) {
		d.shut = append(d.shut, p.Name)
	}
}

// archives names where a version comes from, each archive once.
func archives(v *version) string {
	var names []string
	for _, x := range v.indexes {
		if a := x.archive(); !slices.Contains(names, a) {
			names = append(names, a)
		}
	}
	return strings.Join(names, ",")
}

// versions gives the versions of a package, newest first, the installed one
// among them, and how many of them are newer than that. Those of other
// architectures are left out: a package may go from the machine's own to "all"
// and back, but not from one machine's to another's.
func (d *decider) versions(p *inventory.Package, offers []offer) (versions []*version, newer int, err error) {
	versions = []*version{{
		text: p.Version, arch: p.Arch, source: p.Source, sourceVersion: p.SourceVersion, phased: 100, installed: true,
	}}
	for i := range offers {
		o := &offers[i]
		if o.arch != p.Arch && !(d.arch(p) == d.native && (o.arch == "all" || o.arch == d.native)) {
			continue
		}
		same := slices.IndexFunc(versions, func(v *version) bool { return v.text == o.text && v.arch == o.arch })
		if same >= 0 {
			versions[same].indexes = append(versions[same].indexes, o.indexes...)
			continue
		}
		v := o.version
		versions = append(versions, &v)
	}
	slices.SortStableFunc(versions, func(a, b *version) int {
		c, fault := order.Dpkg.Compare(b.text, a.text)
		err = cmp.Or(err, fault)
		return c
	})
	if err != nil {
		return nil, 0, err
	}
	newer = slices.IndexFunc(versions, func(v *version) bool {
		c, _ := order.Dpkg.Compare(v.text, p.Version) // compared before, without error
		return c <= 0
	})
	return versions, newer, nil
}
