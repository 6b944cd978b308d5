package apt

import (
	"fmt"
	"slices"

	"github.com/keeppatched/keeppatched/inventory"
)

// The priorities of an archive that no pin names.
const (
	normal       = 500
	target       = 990 // the release that APT::Default-Release names
	upgradesOnly = 100 // NotAutomatic with ButAutomaticUpgrades (backports)
	notAutomatic = 1   // NotAutomatic (experimental)
	isInstalled  = 100 // dpkg's status file
	downgrade    = 1000
)

// policy is what decides which version is the candidate.
type policy struct {
	native  string
	pins    []pin // those for some packages, the first that fits counts
	indexes map[*index]int
	status  int
}

// policy works out what each archive is worth (pkgPolicy::InitDefaults of apt).
func (c *collection) policy(conf map[string]string, native string, indexes []*index) *policy {
	pol := &policy{native: native, indexes: map[*index]int{}, status: isInstalled}
	var general []pin
	if name := conf["apt::default-release"]; name != "" {
		p := pin{priority: target}
		if err := p.release(name); err != nil {
			c.problem(configDir+"/apt.conf", "", fmt.Errorf("APT::Default-Release: %w", err))
		} else {
			general = append(general, p)
		}
	}
	for _, p := range c.preferences() {
		if p.names == nil {
			general = append(general, p)
		} else {
			pol.pins = append(pol.pins, p)
		}
	}
	for _, x := range indexes {
		pol.indexes[x] = worth(general, defaultPriority(x.release), func(p *pin) bool { return p.fitsIndex(x) })
	}
	pol.status = worth(general, isInstalled, (*pin).fitsStatus)
	return pol
}

// defaultPriority is what the Release file gives an archive.
func defaultPriority(r *release) int {
	switch {
	case !r.notAutomatic:
		return normal
	case r.butAutomaticUpgrades:
		return upgradesOnly
	}
	return notAutomatic
}

// worth gives the priority of the first pin that fits, or never where any that
// fits says so.
func worth(pins []pin, otherwise int, fits func(*pin) bool) int {
	result, fixed := otherwise, false
	for i := range pins {
		p := &pins[i]
		if (fixed && p.priority != never) || !fits(p) {
			continue
		}
		result, fixed = p.priority, true
	}
	return result
}

// version is a version of an installed package: the installed one, or one that
// archives offer, or both.
type version struct {
	text, arch            string
	source, sourceVersion string
	phased                int // percentage; 100 where all get it
	installed             bool
	indexes               []*index // in the order of the sources
}

// priority is what a version is worth (pkgPolicy::GetPriority of apt).
func (pol *policy) priority(p *inventory.Package, v *version) int {
	highest := never
	for _, x := range v.indexes {
		highest = max(highest, pol.indexes[x])
	}
	if v.installed {
		highest = max(highest, pol.status)
	}
	if highest == never {
		return never
	}
	for i := range pol.pins {
		pin := &pol.pins[i]
		if pin.names.match(v, p.Name, pol.arch(p), pol.native) && pin.fits(v) {
			return pin.priority
		}
	}
	return highest
}

// arch is the architecture that a package counts to: "all" goes with the
// machine's own.
func (pol *policy) arch(p *inventory.Package) string {
	if p.Arch == "all" {
		return pol.native
	}
	return p.Arch
}

// candidate gives the version that apt would install (GetCandidateVer): the one
// worth most, the newest among equals, none below the installed one unless it
// is worth a downgrade. The versions come newest first. Nil: there is none.
func (pol *policy) candidate(p *inventory.Package, versions []*version) *version {
	var best *version
	highest := -1
	installed := slices.IndexFunc(versions, func(v *version) bool { return v.installed })
	for i, v := range versions {
		priority := pol.priority(p, v)
		if priority == 0 || priority <= highest {
			continue
		}
		if i > installed && priority < downgrade {
			continue
		}
		best, highest = v, priority
	}
	return best
}
