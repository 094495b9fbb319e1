using System.Globalization;

namespace DxyOrleans.EmbeddedPostgres;

/// <summary>
/// Who the server runs as. PostgreSQL refuses to run as root, so root's server runs as the owner of its data folder, or for a new
/// one as <c>postgres</c>, else <c>nobody</c>; anybody else's server runs as themselves.
/// </summary>
internal sealed class ServerUser
{
    private readonly string[] _prefix;

    private ServerUser(int? uid, int? gid, string[] prefix) => (Uid, Gid, _prefix) = (uid, gid, prefix);

    /// <summary>Null when the server runs as whoever we are.</summary>
    public int? Uid { get; }

    public int? Gid { get; }

    public bool IsOther => Uid is not null;

    public static async Task<ServerUser> ChooseAsync(string? dataFolder, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
            return new ServerUser(null, null, []);

        var (uid, gid) =
            dataFolder is not null && Directory.Exists(dataFolder)
                ? await OwnerAsync(dataFolder, cancellationToken)
                : await UnprivilegedAsync(cancellationToken);
        if (uid == 0)
            throw new EmbeddedServerException(
                $"{dataFolder} belongs to root, as whom PostgreSQL refuses to run; give it to another user with chown -R."
            );

        return new ServerUser(uid, gid, await SwitchToAsync(uid, gid, cancellationToken));
    }

    public Task<ProgramResult> RunAsync(string program, IEnumerable<string> arguments, string? input, CancellationToken cancellationToken)
    {
        string[] all = [.. _prefix, program, .. arguments];
        return ProgramRunner.RunAsync(all[0], all.Skip(1), input, cancellationToken);
    }

    /// <summary>Runs a shell line as that user; the arguments are <c>$1</c>, <c>$2</c> …, so that no path is ever parsed.</summary>
    public async Task<string> ShellAsync(string line, string[] arguments, string? input, CancellationToken cancellationToken)
    {
        var result = await RunAsync("/bin/sh", ["-c", line, "sh", .. arguments], input, cancellationToken);
        return result.ExitCode == 0
            ? result.Output.Trim()
            : throw new EmbeddedServerException($"'{line}' failed on {string.Join(", ", arguments)}: {result.Said}");
    }

    public async Task<bool> CanAsync(string line, string[] arguments, CancellationToken cancellationToken) =>
        (await RunAsync("/bin/sh", ["-c", line, "sh", .. arguments], null, cancellationToken)).ExitCode == 0;

    /// <summary>Makes a folder that only this user can open.</summary>
    public async Task MakeFolderAsync(string folder, CancellationToken cancellationToken)
    {
        if (!IsOther)
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return;
        }

        await GiveAsync(["-d", "-m", "700"], [folder], cancellationToken);
    }

    /// <summary>Makes an empty file that this user can write, where there is none.</summary>
    public async Task MakeFileAsync(string file, CancellationToken cancellationToken)
    {
        if (File.Exists(file))
            return;
        if (IsOther)
            await GiveAsync(["-m", "600"], ["/dev/null", file], cancellationToken);
        else
            new FileStream(
                file,
                new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            ).Dispose();
    }

    private async Task GiveAsync(string[] options, string[] paths, CancellationToken cancellationToken)
    {
        string[] arguments = [.. options, "-o", Text(Uid!.Value), "-g", Text(Gid!.Value), .. paths];
        var result = await ProgramRunner.RunAsync("install", arguments, null, cancellationToken);
        if (result.ExitCode != 0)
            throw new EmbeddedServerException($"{paths[^1]} can't be made for the server's user: {result.Said}");
    }

    private static async Task<(int Uid, int Gid)> OwnerAsync(string folder, CancellationToken cancellationToken)
    {
        var listing = await ProgramRunner.RunAsync("ls", ["-nd", folder], null, cancellationToken);
        var fields = listing.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return listing.ExitCode == 0 && fields.Length > 3
            ? (Number(fields[2]), Number(fields[3]))
            : throw new EmbeddedServerException($"The owner of {folder} can't be read: {listing.Said}");
    }

    private static async Task<(int Uid, int Gid)> UnprivilegedAsync(CancellationToken cancellationToken)
    {
        foreach (var name in (string[])["postgres", "nobody"])
        {
            var uid = await ProgramRunner.RunAsync("id", ["-u", name], null, cancellationToken);
            var gid = await ProgramRunner.RunAsync("id", ["-g", name], null, cancellationToken);
            if (uid.ExitCode == 0 && gid.ExitCode == 0)
                return (Number(uid.Output.Trim()), Number(gid.Output.Trim()));
        }

        throw new EmbeddedServerException(
            "PostgreSQL refuses to run as root and there is no user postgres or nobody here; make one with: useradd --system postgres"
        );
    }

    private static async Task<string[]> SwitchToAsync(int uid, int gid, CancellationToken cancellationToken)
    {
        if (ProgramRunner.Locate("setpriv") is { } setpriv)
            return [setpriv, $"--reuid={Text(uid)}", $"--regid={Text(gid)}", "--clear-groups", "--"];

        if (ProgramRunner.Locate("runuser") is { } runuser)
        {
            var name = await ProgramRunner.RunAsync("id", ["-nu", Text(uid)], null, cancellationToken);
            if (name.ExitCode == 0)
                return [runuser, "-u", name.Output.Trim(), "--"];
        }

        throw new EmbeddedServerException(
            "PostgreSQL refuses to run as root and neither setpriv nor runuser is here to change the user; install util-linux or run as "
                + "another user."
        );
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
