package zim

import (
	"encoding/hex"

	"dragoman/bridge/account"
)

// ServerSecret returns the secret that this gateway made for the app's server: thirty-two characters, as the vendor's have.
// They are text and key at once [zim token04].
func ServerSecret(v *account.Vault) ([]byte, error) {
	raw, err := v.Secret("zim-server-secret", 16)
	if err != nil {
		return nil, err
	}
	return []byte(hex.EncodeToString(raw)), nil
}
