"""Planning: who gets it, from which account, under which limits; and the rehearsal, which plans without sending."""
