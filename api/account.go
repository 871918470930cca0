package api

import (
	"context"
	"encoding/json"

	"vpsdeck/model"
)

type accountResponse struct {
	Account account `json:"account"`
	Token   token   `json:"token"`
}

type account struct {
	Email     string   `json:"email"`
	FirstName string   `json:"first_name"`
	LastName  string   `json:"last_name"`
	Company   string   `json:"company_name"`
	CreatedAt rawField `json:"created_at"` // a bare date [E]
}

type token struct {
	Name        string   `json:"name"`
	Permissions []string `json:"permissions"`
}

func (a accountResponse) toModel() model.Account {
	created, _ := parseTime(a.Account.CreatedAt)
	out := model.Account{
		Email:     model.Clean(a.Account.Email),
		FirstName: model.Clean(a.Account.FirstName),
		LastName:  model.Clean(a.Account.LastName),
		Company:   model.Clean(a.Account.Company),
		CreatedAt: created,
		TokenName: model.Clean(a.Token.Name),
	}
	for _, permission := range a.Token.Permissions {
		out.Permissions = append(out.Permissions, model.Clean(permission))
	}
	return out
}

// Account returns the owner of the token; any live token may ask [D]. If the API does not have this
// endpoint, the error is
// model.ErrNotFound or model.ErrForbidden. Callers can go on without it.
func (c *Client) Account(ctx context.Context) (model.Account, error) {
	ctx, cancel := c.withTimeout(ctx)
	defer cancel()
	resp, failure := c.get(ctx, c.urlFor("/account/me/", nil))
	if failure != nil {
		return model.Account{}, failure
	}
	var body accountResponse
	if err := json.Unmarshal(resp.body, &body); err != nil {
		return model.Account{}, c.badResponse(resp, describeJSONError(resp.body, err))
	}
	return body.toModel(), nil
}
