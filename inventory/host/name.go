package host

import "strings"

// storedName is the name in hostname(5): the first line that is neither empty
// nor a comment.
func (g *gatherer) storedName() string {
	const name = "etc/hostname"
	data, _ := g.file(name)
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") {
			return g.clean(name, "", line)
		}
	}
	return ""
}
