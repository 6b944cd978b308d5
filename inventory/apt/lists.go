package apt

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// index is one Packages file of a configured archive.
type index struct {
	path      string // below the root
	key       string // its name in the Release file
	format    format
	site      string // the host it came from; empty: a file
	component string // empty in a flat archive
	arch      string // empty in a flat archive
	release   *release
}

// archive names where the index comes from, the way apt does.
func (x *index) archive() string {
	switch {
	case x.release.suite != "":
		return x.release.String()
	case x.site != "":
		return x.release.label + x.site
	}
	return x.release.label + "localhost"
}

// errNotStored says that a source has no list here.
var errNotStored = errors.New("no list of it is stored, so its updates are not seen")

// lists is what stands in the directory of lists.
type lists struct {
	*collection
	native   string
	names    []string            // sorted
	releases map[string]*release // by what the names of their lists begin with
	used     map[string]bool     // names that belong to a source
	found    []*index
}

// indexes finds the Packages files of the sources, in the order of the sources.
func (c *collection) indexes(sources []source, native string) ([]*index, error) {
	entries, err := fs.ReadDir(c.fsys, listsDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("package lists: %w", err)
	}
	l := lists{collection: c, native: native, releases: map[string]*release{}, used: map[string]bool{}}
	for _, e := range entries {
		l.names = append(l.names, e.Name())
	}
	slices.Sort(l.names)
	for _, s := range sources {
		l.source(s)
	}
	if len(l.found) == 0 {
		return nil, fmt.Errorf("%s: %w", listsDir, ErrNoLists)
	}
	l.leftOver()
	return l.found, nil
}

// source finds the lists of one source, or says that they are missing.
func (l *lists) source(s source) {
	flat := strings.HasSuffix(s.suite, "/")
	base := s.uri
	switch {
	case !flat:
		base += "dists/" + encode(s.suite) + "/"
	case s.suite != "/":
		base += encode(s.suite)
	}
	base = listName(base)
	if l.releases[base] == nil {
		l.releases[base] = l.readRelease(base)
	}
	r := l.releases[base]
	if flat {
		found := l.add(base+"Packages", index{key: "Packages", site: site(s.uri), release: r})
		l.missing(s, found, r, "Packages")
	}
	for _, component := range s.components {
		found := l.component(s, component, base, r)
		l.missing(s, found, r, component+"/binary-"+l.native+"/Packages")
	}
}

// component finds the lists of one component, and says whether the machine's
// own architecture is among them.
func (l *lists) component(s source, component, base string, r *release) bool {
	prefix := base + listName(":"+component+"/binary-")
	own := len(s.archs) > 0 && !slices.Contains(s.archs, l.native)
	first, _ := slices.BinarySearch(l.names, prefix)
	for _, name := range l.names[first:] {
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok {
			break
		}
		arch, _, ok := strings.Cut(rest, "_Packages")
		if !ok || len(s.archs) > 0 && arch != "all" && !slices.Contains(s.archs, arch) {
			continue
		}
		l.add(prefix+arch+"_Packages", index{
			key: component + "/binary-" + arch + "/Packages", site: site(s.uri),
			component: component, arch: arch, release: r,
		})
		own = own || arch == l.native || arch == "all" || l.native == ""
	}
	return own
}

// add takes the list of a name without extension, in the form it is stored in.
// It says whether there is one. One that two sources name is taken once.
func (l *lists) add(name string, x index) bool {
	for _, f := range formats {
		stored := name + f.extension
		if _, ok := slices.BinarySearch(l.names, stored); !ok {
			continue
		}
		if !l.used[stored] {
			l.used[stored] = true
			x.path, x.format = listsDir+"/"+stored, f
			l.found = append(l.found, &x)
		}
		return true
	}
	return false
}

// missing tells of a list that should be there. It need not be where the
// archive has no packages of the architecture: apt stores no empty list.
func (l *lists) missing(s source, found bool, r *release, key string) {
	if found || r.path != "" && !r.supports(l.native) {
		return
	}
	if size, ok := r.size(key); ok && size == 0 {
		return
	}
	what := strings.TrimSpace(s.uri + " " + s.suite + " " + strings.Join(s.components, " "))
	l.problem(s.path, s.record, fmt.Errorf("%s: %s: %w", what, key, errNotStored))
}

// leftOver tells how many lists belong to no source.
func (l *lists) leftOver() {
	n := 0
	for _, name := range l.names {
		if i := strings.LastIndex(name, "_Packages"); i >= 0 && !l.used[name] {
			n++
		}
	}
	if n > 0 {
		l.note("%d lists in %s belong to no configured source and are left out", n, listsDir)
	}
}
