package ecosystem

import (
	"slices"
	"strings"
)

// debianTesting are the numbers of the releases that were or will be testing,
// and as such had no VERSION_ID (distro-info-data, debian.csv). os-release does
// not tell testing from unstable, which carries testing's codename.
var debianTesting = map[string]string{"bookworm": "12", "trixie": "13", "forky": "14", "duke": "15"}

// debian has "Debian:12", and "Debian:sid" where the codename says so.
func debian(d Distro) ([]release, error) {
	if d.VersionID != "" {
		return byMajor("Debian")(d)
	}
	if d.Codename == "sid" {
		return required("Debian:sid"), nil
	}
	if n := debianTesting[d.Codename]; n != "" {
		return required("Debian:" + n), nil
	}
	return nil, unknownRelease(d)
}

// ubuntu has "Ubuntu:25.04", and for a release with long-term support, April's
// of even years, "Ubuntu:22.04:LTS" with its Pro counterpart.
func ubuntu(d Distro) ([]release, error) {
	year, month, ok := majorMinor(d.VersionID)
	if !ok || len(d.VersionID) != len("22.04") || len(month) != len("04") {
		return nil, unknownRelease(d)
	}
	if month != "04" || (year[1]-'0')%2 != 0 {
		return required("Ubuntu:" + d.VersionID), nil
	}
	lts := d.VersionID + ":LTS"
	return []release{{ecosystem: "Ubuntu:" + lts}, {ecosystem: "Ubuntu:Pro:" + lts, optional: true}}, nil
}

// alpine has "Alpine:v3.18". Edge calls itself the next release, "_alpha".
func alpine(d Distro) ([]release, error) {
	branch, ok := alpineBranch(d.VersionID)
	if !ok {
		return nil, unknownRelease(d)
	}
	return required("Alpine:v" + branch), nil
}

func alpineBranch(v string) (string, bool) {
	major, minor, ok := majorMinor(v)
	return major + "." + minor, ok && minor != ""
}

// dockerHardened has the lineage with its release: "...:Alpine:3.24",
// "...:Debian:13".
func dockerHardened(d Distro) ([]release, error) {
	const base = "Docker Hardened Images:"
	if slices.Contains(d.IDLike, "alpine") {
		if branch, ok := alpineBranch(d.VersionID); ok {
			return required(base + "Alpine:" + branch), nil
		}
	}
	if slices.Contains(d.IDLike, "debian") {
		return byMajor(base + "Debian")(d)
	}
	return nil, unknownRelease(d)
}

// openEuler has "openEuler:24.03-LTS-SP1": the service pack is in PRETTY_NAME
// only, "openEuler 24.03 (LTS-SP1)". Releases without LTS have no data.
func openEuler(d Distro) ([]release, error) {
	_, rest, _ := strings.Cut(d.PrettyName, "(")
	support, _, closed := strings.Cut(rest, ")")
	if _, _, ok := majorMinor(d.VersionID); !ok || !closed || !strings.HasPrefix(support, "LTS") || strings.ContainsAny(support, ": ") {
		return nil, unknownRelease(d)
	}
	return required("openEuler:" + d.VersionID + "-" + support), nil
}
