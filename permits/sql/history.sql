-- Which tables have a history (geoportal.history), and what of them is personal and therefore never in it.
CREATE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON accounts_user FOR EACH ROW
    EXECUTE FUNCTION geoportal_remember('first_name,last_name,email,phone,phone_index,password', 'last_login');
CREATE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON accounts_substitution FOR EACH ROW
    EXECUTE FUNCTION geoportal_remember('', '');
CREATE TRIGGER remember AFTER INSERT OR DELETE ON mfa_authenticator FOR EACH ROW
    EXECUTE FUNCTION geoportal_remember('data', '');
CREATE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON permits_permittype FOR EACH ROW
    EXECUTE FUNCTION geoportal_remember('', '');
CREATE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON permits_typeversion FOR EACH ROW
    EXECUTE FUNCTION geoportal_remember('', '');
CREATE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON companies_membership FOR EACH ROW
    EXECUTE FUNCTION geoportal_remember('', '');
-- of these the row itself tells who began it: an import writes a hundred thousand
CREATE TRIGGER remember AFTER UPDATE OR DELETE ON companies_company FOR EACH ROW
    EXECUTE FUNCTION geoportal_remember('npwp,npwp_index,phone,email,address,point', 'village_id');
-- and so does its last step, which publishes what it has loaded
CREATE TRIGGER remember AFTER UPDATE ON permits_permit FOR EACH ROW
    WHEN (OLD.published OR NOT NEW.published
          OR (OLD.number, OLD.type_id, OLD.company_id, OLD.issued_on, OLD.valid_from, OLD.valid_until,
              OLD.suspended_on, OLD.revoked_on, OLD.replaced_by_id, OLD.source, OLD.public_id)
             IS DISTINCT FROM
             (NEW.number, NEW.type_id, NEW.company_id, NEW.issued_on, NEW.valid_from, NEW.valid_until,
              NEW.suspended_on, NEW.revoked_on, NEW.replaced_by_id, NEW.source, NEW.public_id))
    EXECUTE FUNCTION geoportal_remember('', '');
CREATE TRIGGER remember_end AFTER DELETE ON permits_permit FOR EACH ROW
    EXECUTE FUNCTION geoportal_remember('', '');
CREATE TRIGGER remember AFTER UPDATE OR DELETE ON permits_permitsite FOR EACH ROW
    EXECUTE FUNCTION geoportal_remember('address,point,area', 'village_id');
CREATE TRIGGER remember AFTER UPDATE OR DELETE ON permits_letter FOR EACH ROW
    EXECUTE FUNCTION geoportal_remember('', '');
CREATE TRIGGER remember AFTER UPDATE OR DELETE ON permits_archivedletter FOR EACH ROW
    EXECUTE FUNCTION geoportal_remember('', '');
CREATE TRIGGER remember AFTER UPDATE OR DELETE ON geography_zone FOR EACH ROW
    EXECUTE FUNCTION geoportal_remember('area', '');
