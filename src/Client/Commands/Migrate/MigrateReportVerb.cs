using System.CommandLine;
using System.Text;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Migrate.Report;
using DxyOrleans.Membership;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate report</c>: all of a run on paper, the plan's success criteria with their evidence first.</summary>
internal sealed class MigrateReportVerb : Verb
{
    readonly Argument<string?> _name = RunPick.Argument();
    readonly Option<string> _format = new Option<string>("--format") { Description = "md or json.", DefaultValueFactory = _ => "md" }.Only(
        "md",
        "json"
    );
    readonly Option<string?> _out = new("--out") { Description = "Write it into this file.", HelpName = "FILE" };

    public MigrateReportVerb()
        : base(
            "report",
            "Writes a run's report, Markdown or JSON: the plan's success criteria with evidence, phases, gates, conflicts, approvals, "
                + "sizes.",
            "migrate report --out migration.md"
        )
    {
        Arguments.Add(_name);
        Options.Add(_format);
        Options.Add(_out);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var view = await RunPick.RequireAsync(database, parse.GetValue(_name), cancellation);
        var report = await RunReport.ReadAsync(database, view, cancellation);
        var silos = await SiloRoster.CountAliveAsync(database, cancellation);
        var path = parse.GetValue(_out) is { } given ? Path.Combine(session.Host.Folder, given) : null;
        if (path is null)
        {
            Write(session.Out);
            return ExitCode.Done;
        }

        try
        {
            await using var file = new StreamWriter(path, append: false, new UTF8Encoding(false));
            Write(file);
        }
        catch (IOException full) when (full is not DirectoryNotFoundException)
        {
            throw new Fault(ExitCode.Unexpected, "output", $"{path} can't be written: {full.Message.TrimEnd('.')}").ToException();
        }

        session.Note($"written to {path}");
        return ExitCode.Done;

        void Write(TextWriter writer)
        {
            if (session.Json || parse.GetValue(_format) == "json")
            {
                using var document = new JsonOutput(writer, "dxy.migrate_report/1");
                ReportJson.Write(document.Json, report, silos);
            }
            else
            {
                new ReportMarkdown(writer, report).Write();
            }
        }
    }
}
