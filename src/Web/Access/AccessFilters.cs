using DxyOrleans.Web.Api;

namespace DxyOrleans.Web.Access;

/// <summary>Who may: reading on loopback is open, elsewhere it needs a login; acting always does.</summary>
static class AccessFilters
{
    public static ValueTask<object?> ReadAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        Caller.IsLocal(context.HttpContext)
            ? next(context)
            : throw ProblemKind.LoginNeeded.Of(
                "reading from elsewhere than this machine needs a login",
                "ask on the silo's own machine, or through an SSH tunnel to its loopback address"
            );

    public static ValueTask<object?> ActAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        throw ProblemKind.LoginNeeded.Of(
            "orders need a login, and this silo takes none",
            "give the order with './dxy migrate', as the database role that may"
        );
}
