package host

import (
	"strings"

	"github.com/keeppatched/keeppatched/inventory"
)

// readOS describes the operating system: by os-release(5), which is at one of
// two places of which the first counts, or by a release file of older systems.
func (g *gatherer) readOS() inventory.OS {
	for _, name := range []string{"etc/os-release", "usr/lib/os-release"} {
		data, ok := g.file(name)
		if !ok {
			continue
		}
		if os := g.parseOSRelease(name, data); os.ID != "" {
			return os
		}
		break
	}
	os := g.readReleaseFiles()
	if os.ID == "" {
		g.problem("", "", ErrNoOS)
	}
	return os
}

// parseOSRelease reads an os-release file, of which every line may be missing.
func (g *gatherer) parseOSRelease(name string, data []byte) inventory.OS {
	vars, problems := readAssignments(name, data)
	g.problems = append(g.problems, problems...)
	get := func(key string) string { return g.clean(name, key, vars[key]) }
	os := inventory.OS{
		ID:         strings.ToLower(get("ID")),
		IDLike:     strings.Fields(strings.ToLower(get("ID_LIKE"))),
		VersionID:  get("VERSION_ID"),
		Version:    get("VERSION"),
		PrettyName: get("PRETTY_NAME"),
		CPE:        get("CPE_NAME"),
		Variant:    get("VARIANT_ID"),
	}
	if len(os.IDLike) == 0 {
		os.IDLike = nil
	}
	os.Codename = get("VERSION_CODENAME")
	fill(&os.Codename, get("UBUNTU_CODENAME"))
	if _, said := vars["VERSION_CODENAME"]; !said { // Fedora says it is empty
		fill(&os.Codename, parenthesised(os.Version))
	}
	if os.ID == "debian" && os.VersionID == "" {
		fill(&os.Codename, testing(os.PrettyName))
		fill(&os.Codename, g.debianCodename())
	}
	os.Family = family(os.ID, os.IDLike)
	return os
}

// parenthesised is the codename in a version like "12 (bookworm)".
func parenthesised(version string) string {
	_, rest, _ := strings.Cut(version, "(")
	name, _, closed := strings.Cut(rest, ")")
	if !closed {
		return ""
	}
	return name
}

// testing is the codename of Debian testing and unstable, which have no version
// and cannot be told apart: "trixie" of "Debian GNU/Linux trixie/sid".
func testing(text string) string {
	before, found := strings.CutSuffix(strings.TrimSpace(text), "/sid")
	if !found {
		return ""
	}
	return before[strings.LastIndexByte(before, ' ')+1:]
}
