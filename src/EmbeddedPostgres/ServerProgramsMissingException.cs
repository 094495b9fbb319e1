namespace DxyOrleans.EmbeddedPostgres;

/// <summary>PostgreSQL's server programs are not on this machine; the message names the command that installs them.</summary>
public sealed class ServerProgramsMissingException : EmbeddedServerException
{
    public ServerProgramsMissingException(string message, string installCommand)
        : base(message) => InstallCommand = installCommand;

    /// <summary>The command of this machine's package manager.</summary>
    public string InstallCommand { get; }
}
