using System.CommandLine;
using System.Text.Json;
using DxyOrleans.Client.Cli;
using DxyOrleans.Migration.Engine;
using Npgsql;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate audit</c>: the event log of a run; <c>migrate audit verify</c> proves that it is whole.</summary>
internal sealed class MigrateAuditVerb : Verb
{
    readonly Argument<string?> _name = RunPick.Argument();

    public MigrateAuditVerb()
        : base("audit", "Shows a run's log; 'migrate audit verify' recomputes its chain of hashes.", "migrate audit")
    {
        Arguments.Add(_name);
        Subcommands.Add(new MigrateAuditVerifyVerb());
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var view = await RunPick.RequireAsync(database, parse.GetValue(_name), cancellation);
        using var document = session.Json ? session.Document("dxy.migrate_audit/1") : null;
        document?.Json.WriteString("run", view.Run.Name);
        document?.Json.WriteStartArray("events");
        await using var command = database.Migration("view/log", view.Run.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (document is null)
            {
                session.Out.WriteLine(
                    $"{reader.GetInt64(0), 5}  {reader.GetString(1)[..19]}Z  {reader.GetString(2)}  {reader.GetString(3)}  "
                        + $"{reader.GetString(4)}"
                );
            }
            else
            {
                Write(document.Json, reader);
                document.Breathe();
            }
        }

        document?.Json.WriteEndArray();
        return ExitCode.Done;
    }

    static void Write(Utf8JsonWriter json, NpgsqlDataReader row)
    {
        json.WriteStartObject();
        json.WriteNumber("seq", row.GetInt64(0));
        json.WriteString("at", row.GetString(1) + "Z");
        json.WriteString("role", row.GetString(2));
        json.WriteString("kind", row.GetString(3));
        json.WritePropertyName("detail");
        json.WriteRawValue(row.GetString(4));
        json.WriteString("hash", Convert.ToHexStringLower(row.GetFieldValue<byte[]>(5)));
        json.WriteEndObject();
    }
}
