using System.CommandLine;
using System.CommandLine.Help;
using DxyOrleans.Client.Cli.Settings;
using DxyOrleans.Client.Commands;

namespace DxyOrleans.Client.Cli;

/// <summary>The console: reads the call, runs its verb, and turns whatever happens into output and an exit code.</summary>
internal sealed class App
{
    readonly ConsoleHost _host;
    readonly RootCommand _root = new("DXY index bars from FX pairs, derived and rolled up as they come.");
    readonly Option<bool> _json = new("--json") { Description = "One JSON document on standard output.", Recursive = true };
    readonly Option<bool> _verbose = new("--verbose") { Description = "Stack traces, and lists in full.", Recursive = true };
    readonly Option<bool> _yes = new("--yes", "-y") { Description = "Confirms what destroys.", Recursive = true };
    readonly Option<string?> _settings = new("--settings")
    {
        Description = "The settings file (dxy.json in this folder).",
        HelpName = "FILE",
        Recursive = true,
    };
    readonly Option<string?> _database = new("--database")
    {
        Description = "The database (DXY_DATABASE).",
        HelpName = "URL",
        Recursive = true,
    };
    readonly Option<string?> _home = new("--home")
    {
        Description = "The embedded server's folder (DXY_HOME).",
        HelpName = "FOLDER",
        Recursive = true,
    };

    App(ConsoleHost host)
    {
        _host = host;
        foreach (Option option in (Option[])[_json, _verbose, _yes, _settings, _database, _home])
        {
            _root.Options.Add(option);
        }

        var help = _root.Options.OfType<HelpOption>().Single();
        help.Action = new ExampleHelp((HelpAction)help.Action!);
        foreach (var command in AllVerbs.Create())
        {
            _root.Subcommands.Add(command);
            Wire(command);
        }
    }

    /// <summary>Runs one call; returns its exit code (one of <see cref="ExitCode"/>).</summary>
    public static Task<int> RunAsync(IReadOnlyList<string> arguments, ConsoleHost host, CancellationToken cancellation) =>
        new App(host).RunAsync(arguments, cancellation);

    async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var parse = _root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (arguments.Count == 0)
        {
            _root.Parse("--help").Invoke(new InvocationConfiguration { Output = _host.Error, Error = _host.Error });
            return ExitCode.Usage;
        }

        if (parse.Errors.Count > 0)
        {
            var path = string.Join(' ', Path(parse.CommandResult));
            return Tell(
                Fault.Usage(parse.Errors[0].Message.TrimEnd('.'), $"'./dxy {path}--help' shows how it is written"),
                arguments.Contains("--json", StringComparer.Ordinal),
                null,
                false
            );
        }

        return await parse.InvokeAsync(
            new InvocationConfiguration
            {
                Output = _host.Out,
                Error = _host.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            },
            cancellation
        );
    }

    void Wire(Command command)
    {
        if (command is Verb verb)
        {
            verb.SetAction((parse, cancellation) => RunAsync(verb, parse, cancellation));
        }

        foreach (var sub in command.Subcommands)
        {
            Wire(sub);
        }
    }

    async Task<int> RunAsync(Verb verb, ParseResult parse, CancellationToken cancellation)
    {
        var json = parse.GetValue(_json);
        var verbose = parse.GetValue(_verbose);
        Session? session = null;
        try
        {
            var options = new Dictionary<string, string>();
            Add("Database", parse.GetValue(_database));
            Add("Home", parse.GetValue(_home));
            session = new Session(
                _host,
                new SettingsReader(_host, options, parse.GetValue(_settings)),
                json,
                verbose,
                parse.GetValue(_yes)
            );
            return await verb.RunAsync(session, parse, cancellation);

            void Add(string key, string? value)
            {
                if (value is not null)
                {
                    options[key] = value;
                }
            }
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            // Whatever a cancelled call threw on its way out, the user asked for the end.
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (exception is not OutputLostException)
        {
            return Tell(ErrorMapper.Exception(exception, session?.DatabaseName), json, exception, verbose);
        }
        finally
        {
            if (session is not null)
            {
                await session.DisposeAsync();
            }

            await _host.Out.FlushAsync(CancellationToken.None);
        }
    }

    int Tell(Fault fault, bool json, Exception? exception, bool verbose)
    {
        if (json)
        {
            using var document = new JsonOutput(_host.Out, "dxy.error/1");
            document.Json.WriteStartObject("error");
            document.Json.WriteString("code", fault.Code);
            document.Json.WriteString("what", fault.What);
            document.Json.WriteString("where", fault.Where);
            document.Json.WriteString("todo", fault.Todo);
            document.Json.WriteEndObject();
        }
        else
        {
            var gate = fault.ExitCode == ExitCode.Refused ? $"refused by {fault.Code}: " : "";
            _host.Error.WriteLine(
                $"dxy: {gate}{fault.What.TrimEnd('.')}{(fault.Where is { } where ? $" ({where})" : "")}{(fault.Todo is { } todo ? $"; {todo}" : "")}."
            );
        }

        if (verbose && exception is not null)
        {
            _host.Error.WriteLine(exception);
        }

        return fault.ExitCode;
    }

    static IEnumerable<string> Path(System.CommandLine.Parsing.CommandResult result)
    {
        var names = new Stack<string>();
        for (
            System.CommandLine.Parsing.SymbolResult? at = result;
            at is System.CommandLine.Parsing.CommandResult { Parent: not null } command;
            at = at.Parent
        )
        {
            names.Push(command.Command.Name);
        }

        return names.Count == 0 ? [] : names.Append("");
    }
}
