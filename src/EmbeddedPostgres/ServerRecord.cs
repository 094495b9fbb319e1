using System.Security.Cryptography;
using System.Text.Json;

namespace DxyOrleans.EmbeddedPostgres;

/// <summary>
/// What is remembered of an embedded server between starts: its passwords, port and places, in one file that only its owner can read.
/// It is written before the data folder is made, so that there never is a database whose password nobody knows.
/// </summary>
internal sealed record ServerRecord
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>The folder that holds <c>pg</c> and <c>log</c>: the home, or another where the server's user can't reach the
    /// home.</summary>
    public required string Root { get; init; }

    public required string Password { get; init; }

    public required string AdminPassword { get; init; }

    /// <summary>The role that owns the database. Homes made before it was written down have the former one.</summary>
    public string Role { get; init; } = EmbeddedServer.FormerRoleName;

    /// <summary>What the former role makes without naming a schema goes to <c>public</c>.</summary>
    public bool PathSet { get; init; }

    public int Port { get; init; }

    public string? SocketFolder { get; init; }

    /// <summary>The role and the database are there.</summary>
    public bool Prepared { get; init; }

    public string DataFolder => Path.Combine(Root, "pg");

    public string LogFile => Path.Combine(Root, "log", "postgres.log");

    public static string FileIn(string home) => Path.Combine(home, "postgres.json");

    public static ServerRecord New(string root) =>
        new()
        {
            Root = root,
            Password = RandomNumberGenerator.GetHexString(32, lowercase: true),
            AdminPassword = RandomNumberGenerator.GetHexString(32, lowercase: true),
            Role = EmbeddedServer.RoleName,
            PathSet = true,
        };

    /// <exception cref="EmbeddedServerException">The file is there and can't be read.</exception>
    public static ServerRecord? Load(string home)
    {
        var file = FileIn(home);
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<ServerRecord>(File.ReadAllText(file), Json) : null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EmbeddedServerException(
                $"{file} belongs to another user; run as that user, or set DXY_HOME to a folder of your own.",
                e
            );
        }
        catch (JsonException e)
        {
            throw new EmbeddedServerException(
                $"{file} is damaged ({e.Message}); restore it, or remove {home} to begin with an empty database.",
                e
            );
        }
    }

    /// <summary>Replaces the file as a whole: a reader sees the old or the new one.</summary>
    public void Save(string home)
    {
        var file = FileIn(home);
        var next = file + ".new";
        File.Delete(next);
        using (
            var stream = new FileStream(
                next,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            )
        )
        {
            JsonSerializer.Serialize(stream, this, Json);
            stream.Flush(flushToDisk: true);
        }

        File.Move(next, file, overwrite: true);
    }
}
