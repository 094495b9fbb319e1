using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Cli.Settings;

namespace DxyOrleans.Client.Commands.Config;

/// <summary><c>config</c>: every setting's value and where it came from; passwords are masked.</summary>
internal sealed class ConfigVerb() : Verb("config", "Shows every setting's value and where it came from.", "config")
{
    public override Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        if (session.Json)
        {
            using var document = session.Document("dxy.config/1");
            document.Json.WriteString("file", session.Settings.FilePath);
            document.Json.WriteBoolean("embedded_server", session.IsEmbedded);
            document.Json.WriteStartArray("settings");
            foreach (var value in session.Settings.All)
            {
                document.Json.WriteStartObject();
                document.Json.WriteString("key", value.Setting.Key);
                document.Json.WriteString("variable", value.Setting.Variable);
                document.Json.WriteString("value", Shown(value));
                document.Json.WriteString("origin", value.Origin);
                document.Json.WriteEndObject();
            }

            document.Json.WriteEndArray();
            return Task.FromResult(ExitCode.Done);
        }

        var table = new TextTable("setting", "value", "from", "environment", "what it does");
        foreach (var value in session.Settings.All)
        {
            table.Add(value.Setting.Key, Shown(value) ?? "-", value.Origin, value.Setting.Variable, value.Setting.Description);
        }

        table.Write(session.Out);
        session.Out.WriteLine(session.IsEmbedded ? $"database: the embedded server in {session.Home}" : "database: your own");
        foreach (var key in session.Settings.Unknown)
        {
            session.Note($"{session.Settings.FilePath} sets '{key}', which is no setting; is it misspelt?");
        }

        return Task.FromResult(ExitCode.Done);
    }

    static string? Shown(SettingValue value) =>
        value.Value is null ? null
        : value.Setting.IsSecret ? Secrets.Mask(value.Value)
        : value.Value;
}
