SELECT a.role, a.verification, a.at, a.expires_at, a.revoked_at, a.revoked_by FROM dxy.run_approval AS a WHERE a.run = $1 AND a.kind = $2
  ORDER BY a.id DESC
