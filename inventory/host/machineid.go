package host

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
)

// idPurpose is what the machine id is hashed for: no other program's hash of the
// same machine is the same.
const idPurpose = "keeppatched inventory host id v1"

var errMachineID = errors.New("not a machine id of 32 hexadecimal digits")

// machineID identifies the host by its machine-id(5). That page asks to keep the
// id itself confidential and to show a keyed hash instead, as
// sd_id128_get_machine_app_specific(3) does: HMAC-SHA256 of the purpose and the
// salt, under the id. Images have no id, or the word "uninitialized".
func (g *gatherer) machineID() string {
	for _, name := range []string{"etc/machine-id", "var/lib/dbus/machine-id"} {
		data, ok := g.file(name)
		text := strings.TrimSpace(string(data))
		if !ok || text == "" || text == "uninitialized" {
			continue
		}
		id, err := hex.DecodeString(text)
		if err != nil || len(id) != 16 || strings.Trim(text, "0") == "" {
			g.problem(name, "", errMachineID) // without the text: it may be an id
			continue
		}
		mac := hmac.New(sha256.New, id)
		mac.Write([]byte(idPurpose))
		mac.Write(g.salt)
		return hex.EncodeToString(mac.Sum(nil))
	}
	return ""
}
