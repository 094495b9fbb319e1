SELECT a.kind, a.role, a.verification, a.at, a.expires_at, a.revoked_at, a.revoked_by FROM dxy.run_approval AS a WHERE a.run = $1
  ORDER BY a.id
