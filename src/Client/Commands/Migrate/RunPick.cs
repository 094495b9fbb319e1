using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;
using Npgsql;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary>Which run a verb is about: the one that is named, else the one that isn't finished, else the newest.</summary>
internal static class RunPick
{
    public static Argument<string?> Argument() =>
        new("NAME") { Description = "The run; else the unfinished one, else the newest.", Arity = ArgumentArity.ZeroOrOne };

    /// <exception cref="FaultException">There is no such run.</exception>
    public static async Task<RunView> RequireAsync(NpgsqlDataSource database, string? name, CancellationToken cancellation) =>
        await new RunViewReader(database).ReadAsync(name ?? "", cancellation)
        ?? throw (
            name is null
                ? new Fault(ExitCode.Usage, "no-run", "no migration was started here", null, "'./dxy migrate plan' shows what one would do")
                : new Fault(ExitCode.Usage, "no-run", $"there is no run {name}", null, "'./dxy migrate status' shows the newest")
        ).ToException();

    /// <summary>For orders: the run, and this is the database that it was made for.</summary>
    /// <exception cref="FaultException">There is no such run.</exception>
    /// <exception cref="OtherTargetException">This is another database.</exception>
    public static async Task<RunView> RequireHereAsync(NpgsqlDataSource database, string? name, CancellationToken cancellation)
    {
        var view = await RequireAsync(database, name, cancellation);
        await RunTarget.RequireAsync(database, view.Run, cancellation);
        return view;
    }
}
